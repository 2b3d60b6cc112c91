import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { secretAt, vaultPaths } from '../../../src/engine/cluster/vault-paths.ts';
import { writing } from '../../../src/engine/manual/host-commands.ts';
import { BlankVault, legible } from '../../../src/engine/manual/redacted-vault.ts';
import { auditPolicy } from '../../../src/engine/render/audit-policy.ts';
import { encryptionConfig } from '../../../src/engine/render/encryption-config.ts';
import { etcdUnit } from '../../../src/engine/render/etcd-unit.ts';
import { nginxSite } from '../../../src/engine/render/nginx-site.ts';
import type { HostFile } from '../../../src/engine/ssh/ssh-client.ts';
import { aCluster } from '../../fixtures/cluster.ts';

test('what is typed for files writes them byte for byte, with their modes', async () => {
  const cluster = aCluster();
  const [machine] = cluster.controllerMachines;
  if (!machine) throw new Error('there is no controller');
  const files: HostFile[] = [
    { path: '/etc/systemd/system/etcd.service', content: etcdUnit(cluster, machine, { state: 'new' }), mode: 0o644 },
    { path: '/var/lib/kubernetes/audit-policy.yaml', content: auditPolicy(), mode: 0o600 },
    { path: '/etc/nginx/site', content: nginxSite(), mode: 0o644 },
    { path: '/etc/odd', content: 'a $(date) `date` \\\n"quoted" \'too\' $HOME\nEOF\nafter it\n', mode: 0o755 },
  ];
  const root = mkdtempSync(join(tmpdir(), 'kthw-files-'));
  try {
    const script = writing(files).replaceAll(
      /^(mkdir -p|cat >|chmod \d+) (.*)$/gm,
      (_, command, rest: string) => `${command} ${rest.replaceAll(/(^| )\//g, `$1${root}/`)}`,
    );
    await execa('bash', ['-euc', script]);
    for (const { path, content, mode } of files) {
      expect(readFileSync(join(root, path), 'utf8'), path).toBe(content);
      expect(statSync(join(root, path)).mode & 0o777, path).toBe(mode);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test('where a secret would be there is a word, also where it was encoded', async () => {
  const key = await secretAt(new BlankVault(), vaultPaths.encryptionKey);
  expect(legible(encryptionConfig(key))).toContain('secret: [secret]');
  expect(legible('LS0tLS1CRUdJTg== and a word')).toBe('LS0tLS1CRUdJTg== and a word');
});
