import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createCertificateAuthority } from '../../../src/engine/pki/certificate-authority.ts';
import { issueCertificate } from '../../../src/engine/pki/issue-certificate.ts';
import { renderKubeconfig } from '../../../src/engine/pki/kubeconfig.ts';
import type { Secret } from '../../../src/store/vault/secret.ts';

const hasKubectl = (await execa('kubectl', ['version', '--client'], { reject: false })).exitCode === 0;

async function aKubeconfig() {
  const now = new Date();
  const authority = await createCertificateAuthority({ commonName: 'Kubernetes', now });
  const expected = { name: 'admin', commonName: 'admin', organization: 'system:masters', hosts: [] };
  const { certificate, key } = await issueCertificate(authority, expected, { now });
  const server = 'https://203.0.113.7:6443';
  const config = renderKubeconfig({
    clusterName: 'demo',
    server,
    caCertificate: authority.certificate,
    user: 'admin',
    certificate,
    key,
  });
  return { config, authority, certificate, key };
}

async function kubectlView(config: Secret): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kthw-kubeconfig-'));
  try {
    await writeFile(join(folder, 'config'), config.reveal(), { mode: 0o600 });
    const view = ['config', 'view', '--raw', '--minify', '-o', 'json', '--kubeconfig', join(folder, 'config')];
    return (await execa('kubectl', view)).stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('a kubeconfig', () => {
  it.skipIf(!hasKubectl)('is self-contained for kubectl', async () => {
    const { config, authority, certificate, key } = await aKubeconfig();
    const seen = JSON.parse(await kubectlView(config));
    expect(seen['current-context']).toBe('demo');
    expect(seen.clusters[0].cluster.server).toBe('https://203.0.113.7:6443');
    const decode = (value: string) => Buffer.from(value, 'base64').toString();
    expect(decode(seen.clusters[0].cluster['certificate-authority-data'])).toBe(authority.certificate);
    expect(decode(seen.users[0].user['client-certificate-data'])).toBe(certificate);
    expect(decode(seen.users[0].user['client-key-data'])).toBe(key.reveal());
  });

  it('is a secret with valid YAML', async () => {
    const { config } = await aKubeconfig();
    expect(`${config}`).toBe('[secret]');
    expect(parse(config.reveal())).toMatchObject({
      kind: 'Config',
      contexts: [{ context: { cluster: 'demo', user: 'admin' } }],
    });
  });
});
