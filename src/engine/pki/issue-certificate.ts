import { type CertificateKeyPair, generateRsaKeyPair } from './certificate-authority.ts';
import type { CertificateSpec } from './certificate-specs.ts';
import { signCertificate } from './sign-certificate.ts';

const hourMs = 3_600_000;
/** One year, as in the tutorial. */
export const certificateLifetimeHours = 8_760;

/**
 * Issues a certificate with a new key.
 * @param options.lifetimeMs from `now` on; @default 8760 h. Validity starts five minutes earlier, for clocks that are slow
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
