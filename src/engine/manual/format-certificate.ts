import { X509Certificate } from 'node:crypto';
import type { Secret } from '../../store/vault/secret.ts';

/** Formats the public fields of a packed certificate, similar to `openssl x509 -noout -text`. */
export function formatCertificate(secret: Secret): string {
  const { certificate } = JSON.parse(secret.reveal());
  const { subject, issuer, subjectAltName, validFrom, validTo, fingerprint256 } = new X509Certificate(certificate);
  const joinLines = (name: string) => name.replaceAll('\n', ', ');
  return [
    `Issuer: ${joinLines(issuer)}`,
    `Not Before: ${validFrom}`,
    `Not After: ${validTo}`,
    `Subject: ${joinLines(subject)}`,
    ...(subjectAltName ? [`X509v3 Subject Alternative Name: ${subjectAltName}`] : []),
    `SHA-256 fingerprint: ${fingerprint256}`,
  ].join('\n');
}
