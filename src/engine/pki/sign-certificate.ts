import { createPrivateKey, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import forge from 'node-forge';
import type { Secret } from '../../store/vault/secret.ts';

/** Contents of a certificate. */
interface SignCertificateOptions {
  readonly subject: Subject;
  /** PEM. */
  readonly publicKey: string;
  readonly now: Date;
  readonly lifetimeMs: number;
  readonly profile: 'ca' | { readonly usages: readonly ('server' | 'client')[]; readonly hosts: readonly string[] };
  /** Without a certificate, the result is self-signed. */
  readonly signer: { readonly key: Secret; readonly certificate?: string };
}

interface Subject {
  readonly commonName: string;
  /** Kubernetes reads each organization as a group. */
  readonly organization: string | readonly string[];
}

/** Clocks of newly booted instances may be slow. cfssl has the same allowance. */
const clockSkewAllowanceMs = 5 * 60_000;

/**
 * Signs an X.509 certificate with SHA-256 and RSA and the extensions that cfssl writes. Returns PEM. forge encodes it; Node
 * signs in its thread pool, because RSA in pure JavaScript would block the event loop.
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

/** 20 bytes, the maximum of RFC 5280. The first byte keeps the number positive and non-zero. */
function generateSerialNumber(): string {
  const bytes = randomBytes(20);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}

/** The tutorial's location, in every subject. */
export const subjectLocation = { C: 'US', ST: 'Oregon', L: 'Portland' } as const;
export const subjectOrganizationalUnit = 'Kubernetes The Hard Way';

/** Builds the tutorial's subjects. Names are UTF-8, because PrintableString does not support all characters. */
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
  if (options.profile === 'ca') {
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

/** IP addresses need their own type: clients that dial an address ignore DNS names. */
function toAltName(host: string): object {
  return isIP(host) ? { type: 7, ip: host } : { type: 2, value: host };
}

/** The function is missing in forge's type declarations. */
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
