import { X509Certificate } from 'node:crypto';
import type { Secret } from '../../store/vault/secret.ts';

/** What everybody may read of a certificate that rests beside its key: as `openssl x509 -noout -text` says it, in short. */
export function certificateText(packed: Secret): string {
  const { certificate } = JSON.parse(packed.reveal());
  const { subject, issuer, subjectAltName, validFrom, validTo, fingerprint256 } = new X509Certificate(certificate);
  const line = (name: string) => name.replaceAll('\n', ', ');
  return [
    `Issuer: ${line(issuer)}`,
    `Not Before: ${validFrom}`,
    `Not After: ${validTo}`,
    `Subject: ${line(subject)}`,
    ...(subjectAltName ? [`X509v3 Subject Alternative Name: ${subjectAltName}`] : []),
    `SHA-256 fingerprint: ${fingerprint256}`,
  ].join('\n');
}
