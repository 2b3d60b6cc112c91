import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { Secret } from '../../store/vault/secret.ts';
import { signCertificate } from './sign-certificate.ts';

/** Certificate and private key, both PEM. */
export interface CertificateKeyPair {
  readonly certificate: string;
  readonly key: Secret;
}

const hourMs = 3_600_000;
/** Five years, cfssl's default for a CA. */
export const caLifetimeHours = 43_800;
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
    profile: 'ca',
    signer: { key },
  });
  return { certificate, key };
}

const generateKeyPairAsync = promisify(generateKeyPair);

/** Generates a 2048-bit key; the public key is PEM. */
export async function generateRsaKeyPair(): Promise<{ readonly publicKey: string; readonly key: Secret }> {
  const pair = await generateKeyPairAsync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  return { publicKey: pair.publicKey, key: new Secret(pair.privateKey) };
}
