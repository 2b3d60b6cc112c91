import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { getMirrorCacheDir } from '../../../local/mirror/cache-dir.ts';
import { startMirror } from '../../../local/mirror/start-mirror.ts';
import { releasePaths, versions } from '../../../local/mirror/versions.ts';
import { temporaryFolder } from './temporary-folder.ts';

const cacheDir = getMirrorCacheDir();
const tarball = join(
  cacheDir,
  'files',
  releasePaths.containerd,
  `containerd-${versions.containerd}-linux-amd64.tar.gz`,
);

/** Needs the real cache, and root for containerd. */
describe.runIf(existsSync(tarball) && process.getuid?.() === 0)("the mirror's own containerd", () => {
  it('pulls and unpacks every image, and gets an error for a missing one', async () => {
    const mirror = await startMirror({ cacheDir });
    onTestFinished(() => mirror.close());
    const ctr = await startContainerd();
    const images = [
      'k8s.gcr.io/pause:3.2',
      'registry.k8s.io/pause:3.2',
      'docker.io/library/busybox:1.28',
      'docker.io/library/nginx:latest',
    ];
    for (const image of [...images, 'docker.io/coredns/coredns:1.8.0'])
      await ctr.useMirror(image.split('/')[0] ?? '', mirror.url);
    for (const image of images) expect(await ctr.pull(image), image).toContain('unpacking linux/amd64');
    await expect(ctr.pull('docker.io/coredns/coredns:1.8.0')).rejects.toThrow('coredns:1.8.0: not found');
    const listed = await ctr.run(['images', 'list', '--quiet']);
    expect(listed.split('\n').sort()).toEqual([...images].sort());
  });
});

async function startContainerd() {
  const folder = await temporaryFolder();
  await execa('tar', ['-xzf', tarball], { cwd: folder });
  const socket = join(folder, 'grpc.sock');
  await writeFile(
    join(folder, 'config.toml'),
    `version = 2
root = "${folder}/root"
state = "${folder}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "${socket}"
[ttrpc]
address = "${folder}/ttrpc.sock"
`,
  );
  const daemon = execa(join(folder, 'bin/containerd'), ['--config', join(folder, 'config.toml')], { reject: false });
  onTestFinished(async () => {
    daemon.kill();
    await daemon;
  });
  const run = async (args: readonly string[]) =>
    (await execa(join(folder, 'bin/ctr'), ['--address', socket, ...args])).stdout;
  await expect.poll(() => run(['version']).catch(() => ''), { timeout: 10_000 }).toContain('Server:');
  return {
    run,
    pull: (image: string) =>
      run(['images', 'pull', '--snapshotter', 'native', '--hosts-dir', join(folder, 'hosts'), image]),
    /** The mirror is also the registry, so that no other server is contacted. */
    async useMirror(registry: string, url: string) {
      await mkdir(join(folder, 'hosts', registry), { recursive: true });
      await writeFile(
        join(folder, 'hosts', registry, 'hosts.toml'),
        `server = "${url}"\n[host."${url}"]\n  capabilities = ["pull", "resolve"]\n`,
      );
    },
  };
}
