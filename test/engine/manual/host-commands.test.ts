import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { getSecret, vaultPaths } from '../../../src/engine/cluster/vault-paths.ts';
import { renderFileWrites } from '../../../src/engine/manual/host-commands.ts';
import { decodePlaceholders, RedactedVault } from '../../../src/engine/manual/redacted-vault.ts';
import { renderAuditPolicy } from '../../../src/engine/render/audit-policy.ts';
import { renderEncryptionConfig } from '../../../src/engine/render/encryption-config.ts';
import { renderEtcdUnit } from '../../../src/engine/render/etcd-unit.ts';
import { renderNginxSite } from '../../../src/engine/render/nginx-site.ts';
import type { HostFile } from '../../../src/engine/ssh/ssh-client.ts';
import { buildCluster } from '../../fixtures/cluster.ts';

test('file commands write identical bytes and modes', async () => {
  const cluster = buildCluster();
  const [machine] = cluster.controllerInstances;
  if (!machine) throw new Error('there is no controller');
  const files: HostFile[] = [
    {
      path: '/etc/systemd/system/etcd.service',
      content: renderEtcdUnit(cluster, machine, { state: 'new' }),
      mode: 0o644,
    },
    { path: '/var/lib/kubernetes/audit-policy.yaml', content: renderAuditPolicy(), mode: 0o600 },
    { path: '/etc/nginx/site', content: renderNginxSite(), mode: 0o644 },
    { path: '/etc/odd', content: 'a $(date) `date` \\\n"quoted" \'too\' $HOME\nEOF\nafter it\n', mode: 0o755 },
  ];
  const root = mkdtempSync(join(tmpdir(), 'kthw-files-'));
  try {
    const script = renderFileWrites(files).replaceAll(
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

test('placeholders replace secrets, also in base64', async () => {
  const key = await getSecret(new RedactedVault(), vaultPaths.encryptionKey);
  expect(decodePlaceholders(renderEncryptionConfig(key))).toContain('secret: [secret]');
  expect(decodePlaceholders('LS0tLS1CRUdJTg== and a word')).toBe('LS0tLS1CRUdJTg== and a word');
});
