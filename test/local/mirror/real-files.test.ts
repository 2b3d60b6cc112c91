import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { getMirrorCacheDir } from '../../../local/mirror/cache-dir.ts';
import { startMirror } from '../../../local/mirror/start-mirror.ts';
import { kubernetesPrograms, releasePaths, versions } from '../../../local/mirror/versions.ts';
import { temporaryFolder } from './temporary-folder.ts';

const cacheDir = getMirrorCacheDir();

/** Building the real cache takes minutes: `node local/mirror/main.ts --make-only`. */
describe.runIf(existsSync(join(cacheDir, 'files', releasePaths.kubernetes)))('the real cache', () => {
  it.each(kubernetesPrograms)('%s matches its digest file and reports its version', async (name) => {
    const { folder, fetchInto } = await client();
    await fetchInto(`${releasePaths.kubernetes}/${name}`, name);
    await fetchInto(`${releasePaths.kubernetes}/${name}.sha256`, `${name}.sha256`);
    await execa('sh', ['-c', `echo "$(cat ${name}.sha256)  ${name}" | sha256sum --check`], { cwd: folder });
    await chmod(join(folder, name), 0o755);
    const args = name === 'kubectl' ? ['version', '--client', '--short'] : ['--version'];
    expect((await execa(join(folder, name), args)).stdout).toContain(`v${versions.kubernetes}`);
  });

  it.each([
    [
      'etcd',
      `etcd-v${versions.etcd}-linux-amd64.tar.gz`,
      'SHA256SUMS',
      `etcd-v${versions.etcd}-linux-amd64/etcd`,
      versions.etcd,
    ],
    [
      'containerd',
      `containerd-${versions.containerd}-linux-amd64.tar.gz`,
      `containerd-${versions.containerd}-linux-amd64.tar.gz.sha256sum`,
      'bin/containerd',
      versions.containerd,
    ],
    ['runc', 'runc.amd64', 'runc.sha256sum', 'runc.amd64', versions.runc],
    [
      'cniPlugins',
      `cni-plugins-linux-amd64-v${versions.cniPlugins}.tgz`,
      `cni-plugins-linux-amd64-v${versions.cniPlugins}.tgz.sha256`,
      'bridge',
      'CNI bridge plugin',
    ],
  ] as const)(
    '%s matches its digest file, unpacks and reports its version',
    async (part, file, sums, program, words) => {
      const { folder, fetchInto } = await client();
      await fetchInto(`${releasePaths[part]}/${file}`, file);
      await fetchInto(`${releasePaths[part]}/${sums}`, sums);
      await execa('sha256sum', ['--check', sums], { cwd: folder });
      if (!file.endsWith('64')) await execa('tar', ['-xzf', file], { cwd: folder });
      else await chmod(join(folder, file), 0o755);
      const answer = await execa(join(folder, program), ['--version'], { all: true, reject: false });
      expect(answer.all).toContain(words);
    },
  );
});

async function client() {
  const mirror = await startMirror({ cacheDir });
  onTestFinished(() => mirror.close());
  const folder = await temporaryFolder();
  const fetchInto = async (path: string, name: string) => {
    const answer = await fetch(`${mirror.url}/${path}`);
    expect(answer.status, path).toBe(200);
    await writeFile(join(folder, name), Buffer.from(await answer.arrayBuffer()));
  };
  return { folder, fetchInto };
}
