import { createPrivateKey, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import forge from 'node-forge';
import type { Secret } from '../../store/vault/secret.ts';

/** What goes into a certificate. */
export interface SignCertificateOptions {
  readonly subject: Subject;
  /** PEM. */
  readonly publicKey: string;
  readonly now: Date;
  readonly lifetimeMs: number;
  readonly profile:
    | 'authority'
    | { readonly usages: readonly ('server' | 'client')[]; readonly hosts: readonly string[] };
  /** Without a certificate: the key is the subject's own. */
  readonly signer: { readonly key: Secret; readonly certificate?: string };
}

export interface Subject {
  readonly commonName: string;
  /** One, or several: Kubernetes takes each for a group. */
  readonly organization: string | readonly string[];
}

/** Clocks of machines that have just booted may be behind ours: the same allowance that cfssl makes. */
const clockSkewAllowanceMs = 5 * 60_000;

/**
 * A signed X.509 certificate, as PEM: SHA-256 with RSA, and the extensions that cfssl writes. forge puts it together; Node
 * signs, in its thread pool, since RSA in pure JavaScript would hold up everything else.
 */
export async function signCertificate(options: SignCertificateOptions): Promise<string> {
  const issuer = options.signer.certificate ? forge.pki.certificateFromPem(options.signer.certificate) : undefined;
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(options.publicKey);
  certificate.serialNumber = generateSerialNumber();
  certificate.validity.notBefore = new Date(options.now.getTime() - clockSkewAllowanceMs);
  certificate.validity.notAfter = new Date(options.now.getTime() + options.lifetimeMs);
  const subject = buildSubjectAttributes(options.subject);
  certificate.setSubject(subject);
  certificate.setIssuer(issuer ? issuer.subject.attributes : subject);
  certificate.setExtensions(buildExtensions(options, issuer));
  certificate.signatureOid = certificate.siginfo.algorithmOid = forge.pki.oids.sha256WithRSAEncryption as string;
  certificate.tbsCertificate = getTbsCertificate(certificate);
  certificate.signature = await signTbsCertificate(certificate.tbsCertificate, options.signer.key);
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}

/** 20 bytes, the most that RFC 5280 allows; the first keeps it positive and never zero. */
function generateSerialNumber(): string {
  const bytes = randomBytes(20);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}

/** The same in every subject: the tutorial's. */
export const subjectLocation = { C: 'US', ST: 'Oregon', L: 'Portland' } as const;
export const subjectOrganizationalUnit = 'Kubernetes The Hard Way';

/** The tutorial's subjects. What we are given may hold characters that a PrintableString can't, so it is UTF-8. */
function buildSubjectAttributes({ commonName, organization }: Subject): forge.pki.CertificateField[] {
  const utf8 = forge.asn1.Type.UTF8 as unknown as forge.asn1.Class;
  return [
    ...Object.entries(subjectLocation).map(([shortName, value]) => ({ shortName, value })),
    ...[organization].flat().map((value) => ({ shortName: 'O', value, valueTagClass: utf8 })),
    { shortName: 'OU', value: subjectOrganizationalUnit },
    { shortName: 'CN', value: commonName, valueTagClass: utf8 },
  ];
}

function buildExtensions(options: SignCertificateOptions, issuer: forge.pki.Certificate | undefined): object[] {
  if (options.profile === 'authority') {
    return [
      { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
      { name: 'basicConstraints', critical: true, cA: true },
      { name: 'subjectKeyIdentifier' },
    ];
  }
  const { usages, hosts } = options.profile;
  return [
    { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
    { name: 'extKeyUsage', serverAuth: usages.includes('server'), clientAuth: usages.includes('client') },
    { name: 'basicConstraints', critical: true, cA: false },
    { name: 'subjectKeyIdentifier' },
    ...(issuer
      ? [{ name: 'authorityKeyIdentifier', keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes() }]
      : []),
    ...(hosts.length > 0 ? [{ name: 'subjectAltName', altNames: hosts.map(toAltName) }] : []),
  ];
}

/** An address must not go in as a name: clients that dial an address look among addresses only. */
function toAltName(host: string): object {
  return isIP(host) ? { type: 7, ip: host } : { type: 2, value: host };
}

/** The part that the signature covers. forge exports it; its types forget to say so. */
function getTbsCertificate(certificate: forge.pki.Certificate): forge.asn1.Asn1 {
  const pki = forge.pki as typeof forge.pki & {
    getTBSCertificate(certificate: forge.pki.Certificate): forge.asn1.Asn1;
  };
  return pki.getTBSCertificate(certificate);
}

const signAsync = promisify(sign);

async function signTbsCertificate(tbs: forge.asn1.Asn1, key: Secret): Promise<string> {
  const data = Buffer.from(forge.asn1.toDer(tbs).getBytes(), 'binary');
  const signature = await signAsync('sha256', data, createPrivateKey(key.reveal()));
  return signature.toString('binary');
}
