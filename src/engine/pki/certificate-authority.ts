import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { Secret } from '../../store/vault/secret.ts';
import type { CertificateSpec } from './certificate-specs.ts';
import { signCertificate } from './sign-certificate.ts';

/** Certificate and private key, both PEM. */
export interface CertificateKeyPair {
  readonly certificate: string;
  readonly key: Secret;
}

const hourMs = 3_600_000;
/** Five years, cfssl's default for a CA. */
export const caLifetimeHours = 43_800;
/** The tutorial's. */
export const certificateLifetimeHours = 8_760;

/** Creates a self-signed CA. The key is generated in Node's thread pool. */
export async function createCertificateAuthority(options: {
  readonly commonName: string;
  readonly now: Date;
}): Promise<CertificateKeyPair> {
  const { publicKey, key } = await generateRsaKeyPair();
  const certificate = await signCertificate({
    subject: { commonName: options.commonName, organization: 'Kubernetes' },
    publicKey,
    now: options.now,
    lifetimeMs: caLifetimeHours * hourMs,
    profile: 'authority',
    signer: { key },
  });
  return { certificate, key };
}

/**
 * A new key and a certificate for it.
 * @param options.lifetimeMs from `now` on; @default 8760 h. It is valid from five minutes earlier, for clocks that are behind
 */
export async function issueCertificate(
  ca: CertificateKeyPair,
  spec: CertificateSpec,
  options: { readonly now: Date; readonly lifetimeMs?: number },
): Promise<CertificateKeyPair> {
  const { publicKey, key } = await generateRsaKeyPair();
  const certificate = await signCertificate({
    subject: { commonName: spec.commonName, organization: spec.organization },
    publicKey,
    now: options.now,
    lifetimeMs: options.lifetimeMs ?? certificateLifetimeHours * hourMs,
    profile: { usages: spec.usages ?? ['server', 'client'], hosts: spec.hosts },
    signer: { key: ca.key, certificate: ca.certificate },
  });
  return { certificate, key };
}

const generateKeyPairAsync = promisify(generateKeyPair);

async function generateRsaKeyPair(): Promise<{ readonly publicKey: string; readonly key: Secret }> {
  const pair = await generateKeyPairAsync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  return { publicKey: pair.publicKey, key: new Secret(pair.privateKey) };
}
