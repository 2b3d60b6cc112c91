import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CertificateKeyPair, createCertificateAuthority } from '../../../src/engine/pki/certificate-authority.ts';
import { issueCertificate } from '../../../src/engine/pki/issue-certificate.ts';

const now = new Date('2026-05-04T03:02:01Z');
const hourMs = 3_600_000;
let folder: string;
let authority: CertificateKeyPair;
let issued: CertificateKeyPair;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kthw-pki-'));
  authority = await createCertificateAuthority({ commonName: 'Kubernetes', now });
  issued = await issueCertificate(
    authority,
    {
      name: 'w',
      commonName: 'system:node:w',
      organization: 'system:nodes',
      hosts: ['w', 'w.local', '10.240.0.20', '::1'],
    },
    { now },
  );
  await writeFile(join(folder, 'ca.pem'), authority.certificate);
  await writeFile(join(folder, 'w.pem'), issued.certificate);
});

afterAll(() => rm(folder, { recursive: true }));

function openssl(...args: string[]) {
  return execa('openssl', args, { cwd: folder, reject: false });
}

async function text(file: string): Promise<string> {
  return (await openssl('x509', '-in', file, '-noout', '-text', '-nameopt', 'RFC2253')).stdout;
}

describe('a certificate in OpenSSL', () => {
  it.each(['sslclient', 'sslserver'])('is trusted through its CA as %s', async (purpose) => {
    const at = String(now.getTime() / 1000);
    const run = await openssl(
      'verify',
      '-x509_strict',
      '-attime',
      at,
      '-purpose',
      purpose,
      '-CAfile',
      'ca.pem',
      'w.pem',
    );
    expect(run.stdout).toBe('w.pem: OK');
  });

  it('is not trusted through another CA', async () => {
    const other = await createCertificateAuthority({ commonName: 'Kubernetes', now });
    await writeFile(join(folder, 'other.pem'), other.certificate);
    expect(
      (await openssl('verify', '-attime', String(now.getTime() / 1000), '-CAfile', 'other.pem', 'w.pem')).exitCode,
    ).not.toBe(0);
  });

  it('has the extensions of cfssl’s profile', async () => {
    const shown = await text('w.pem');
    expect(shown).toMatch(/Key Usage: critical\n\s+Digital Signature, Key Encipherment\n/);
    expect(shown).toMatch(/Extended Key Usage: \n\s+TLS Web Server Authentication, TLS Web Client Authentication\n/);
    expect(shown).toMatch(/Basic Constraints: critical\n\s+CA:FALSE\n/);
    expect(shown).toMatch(/Authority Key Identifier/);
    expect(shown).toContain('DNS:w, DNS:w.local, IP Address:10.240.0.20, IP Address:0:0:0:0:0:0:0:1');
    expect(shown).toContain(
      'Subject: CN=system:node:w,OU=Kubernetes The Hard Way,O=system:nodes,L=Portland,ST=Oregon,C=US',
    );
    expect(shown).toContain('Signature Algorithm: sha256WithRSAEncryption');
    expect(shown).toContain('(2048 bit)');
  });

  it('can sign others only if it is the CA', async () => {
    const shown = await text('ca.pem');
    expect(shown).toMatch(/Basic Constraints: critical\n\s+CA:TRUE\n/);
    expect(shown).toMatch(/Key Usage: critical\n\s+Certificate Sign, CRL Sign\n/);
  });
});

describe('a certificate in Node', () => {
  it('is valid for 8760 hours from now, and from slightly earlier', () => {
    const certificate = new X509Certificate(issued.certificate);
    expect(certificate.validToDate.getTime()).toBe(now.getTime() + 8760 * hourMs);
    expect(certificate.validFromDate.getTime()).toBe(now.getTime() - 5 * 60_000);
  });

  it('identifies its CA and its key', () => {
    const certificate = new X509Certificate(issued.certificate);
    const ca = new X509Certificate(authority.certificate);
    expect(certificate.checkIssued(ca)).toBe(true);
    expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(certificate.issuer).toBe(ca.subject);
  });

  it('has a unique, long, positive serial number', async () => {
    const expected = { name: 'a', commonName: 'a', organization: 'b', hosts: [] };
    const many = await Promise.all(Array.from({ length: 4 }, () => issueCertificate(authority, expected, { now })));
    const serials = many.map((c) => new X509Certificate(c.certificate).serialNumber);
    expect(new Set(serials).size).toBe(4);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{39}$/);
  });

  it('supports names beyond PrintableString', async () => {
    const expected = { name: 'a', commonName: 'slack:T_1:Ü&*', organization: 'kthw:users', hosts: [] };
    const { certificate } = await issueCertificate(authority, expected, { now });
    expect(new X509Certificate(certificate).toLegacyObject().subject.CN).toBe('slack:T_1:Ü&*');
  });
});

it('never prints a private key by accident', () => {
  expect(JSON.stringify([authority, issued])).not.toContain('PRIVATE KEY');
});
