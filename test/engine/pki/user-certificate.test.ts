import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CertificateKeyPair, createCertificateAuthority } from '../../../src/engine/pki/certificate-authority.ts';
import { issueUserCertificate } from '../../../src/engine/pki/user-certificate.ts';

const now = new Date('2026-05-04T03:02:01Z');
const hourMs = 3_600_000;
const grantId = '1a2b';
const ada = { team: 'T01', user: 'U42' };
let authority: CertificateKeyPair;

beforeAll(async () => {
  authority = await createCertificateAuthority({ commonName: 'Kubernetes', now });
});

describe('a user certificate', () => {
  it('has the Slack user as name, the shared and the grant group, and client usage only', async () => {
    const { certificate, commonName } = await issueUserCertificate(authority, ada, { now, grantId });
    const read = new X509Certificate(certificate);
    expect(commonName).toBe('slack:T01:U42');
    expect(read.toLegacyObject().subject).toMatchObject({ CN: 'slack:T01:U42', O: ['kthw:users', 'kthw:grant:1a2b'] });
    expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(read.subjectAltName).toBeUndefined();
  });

  it.each([
    [undefined, 24],
    [hourMs, 1],
    [30 * 24 * hourMs, 720],
  ])('with a lifetime of %s ms is valid for %i hours', async (lifetimeMs, hours) => {
    const issued = await issueUserCertificate(
      authority,
      ada,
      lifetimeMs === undefined ? { now, grantId } : { now, grantId, lifetimeMs },
    );
    expect(issued.endsAt.getTime()).toBe(now.getTime() + hours * hourMs);
    expect(new X509Certificate(issued.certificate).validToDate).toEqual(issued.endsAt);
  });

  it.each([0, -1, Number.NaN, 30 * 24 * hourMs + 1])(
    'of %s ms is refused, with what to do instead',
    async (lifetimeMs) => {
      await expect(issueUserCertificate(authority, ada, { now, grantId, lifetimeMs })).rejects.toThrow(
        expect.objectContaining({ name: 'RangeError', message: expect.stringContaining('the maximum is 720 h') }),
      );
    },
  );
});
