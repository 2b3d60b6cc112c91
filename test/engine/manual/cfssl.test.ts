import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { renderCfsslCa, renderCfsslCertificate } from '../../../src/engine/manual/cfssl.ts';
import { createCertificateAuthority } from '../../../src/engine/pki/certificate-authority.ts';
import { listCertificateSpecs } from '../../../src/engine/pki/certificate-specs.ts';
import { issueCertificate } from '../../../src/engine/pki/issue-certificate.ts';
import { buildCluster } from '../../fixtures/cluster.ts';

const cfsslIsThere = await execa('cfssl', ['version'], { reject: false }).then(({ failed }) => !failed);
if (!cfsslIsThere) {
  console.warn('SKIPPED: cfssl is not on this machine, so nothing here shows that it makes the same certificates.');
}

const cluster = buildCluster({ controllers: 1, workers: 1 });
const known = { publicAddress: '203.0.113.7', externalAddresses: { 'demo-worker-0': '198.51.100.20' } };
const expected = listCertificateSpecs(cluster, known);
const subject = { commonName: 'Kubernetes', organization: 'Kubernetes' };
const etcdSubject = { commonName: 'etcd', organization: 'Kubernetes' };

test('requests certificates with subject and hosts', () => {
  const worker = expected.find(({ name }) => name === 'demo-worker-0');
  const script = worker ? renderCfsslCertificate(worker) : '';
  expect(script).toContain('"CN": "system:node:demo-worker-0"');
  expect(script).toContain('"O": "system:nodes"');
  expect(script).toContain('-hostname=demo-worker-0,198.51.100.20,10.240.0.20');
  expect(script).toContain('cfssljson -bare demo-worker-0');
});

describe.skipIf(!cfsslIsThere)('cfssl commands of a cluster', { timeout: 120_000 }, () => {
  test('issue equivalent certificates', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kthw-cfssl-'));
    try {
      const authorities = [renderCfsslCa(subject), renderCfsslCa(etcdSubject, 'etcd')];
      const script = [...authorities, ...expected.map(renderCfsslCertificate)].join('\n');
      await execa('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder });
      const now = new Date();
      const authority = await createCertificateAuthority({ commonName: subject.commonName, now });
      const ofEtcd = await createCertificateAuthority({ commonName: etcdSubject.commonName, now });
      const read = (name: string) => describeCertificate(readFileSync(join(folder, `${name}.pem`), 'utf8'));
      expect(read('ca')).toEqual(describeCertificate(authority.certificate));
      expect(read('etcd-ca')).toEqual(describeCertificate(ofEtcd.certificate));
      for (const one of expected) {
        const { certificate } = await issueCertificate(one.issuer === 'etcd' ? ofEtcd : authority, one, { now });
        expect(read(one.name), one.name).toEqual(describeCertificate(certificate));
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** Ignores the order. kthw's certificates start a few minutes earlier, for slow clocks. */
function describeCertificate(pem: string) {
  const { subject, issuer, subjectAltName, ca, keyUsage, validFrom, validTo } = new X509Certificate(pem);
  const sorted = (text: string | undefined, at: RegExp) => (text ?? '').split(at).sort();
  const hours = Math.round((Date.parse(validTo) - Date.parse(validFrom)) / 3_600_000);
  return {
    ...{ ca, hours, usages: keyUsage?.toSorted() },
    subject: sorted(subject, /\n/),
    issuer: sorted(issuer, /\n/),
    hosts: sorted(subjectAltName, /, /),
  };
}
