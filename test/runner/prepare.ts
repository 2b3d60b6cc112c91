import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { ensureRootfs, getDefaultCacheDir } from '../../local/compute/machines/guest/ensure-rootfs.ts';
import { ensurePackages, findUnsupportedReason } from '../../local/ensure-packages.ts';
import { getMirrorCacheDir } from '../../local/mirror/cache-dir.ts';
import { ensureMirror } from '../../local/mirror/ensure-mirror.ts';
import { kubernetesPrograms, releasePaths, versions } from '../../local/mirror/versions.ts';
import type { Check } from './static-checks.ts';

/** Debian packages that only tests need. */
const testPackages = [
  'chromium',
  'curl',
  'fonts-noto-color-emoji',
  'jq',
  'openssh-client',
  'openssh-server',
  'openssl',
  'procps',
];

/**
 * Prepares what many tests need: Debian packages, the machines' root file system, the mirror's cache.
 * @param binDir receives the Kubernetes and etcd programs
 * @returns the failures
 */
export async function prepare(binDir: string, signal: AbortSignal): Promise<readonly Check[]> {
  if (findUnsupportedReason()) return [];
  const log = (line: string) => console.log(line);
  try {
    await ensurePackages(testPackages, log);
    await Promise.all([ensureRootfs(getDefaultCacheDir(), log), ensureMirror(getMirrorCacheDir(), log, { signal })]);
    await linkPrograms(getMirrorCacheDir(), binDir);
    return [];
  } catch (error) {
    log(`preparation failed: ${(error as Error).message}; tests that depend on it will fail`);
    return [{ name: 'preparing', failed: true, output: (error as Error).message }];
  }
}

async function linkPrograms(cacheDir: string, folder: string): Promise<void> {
  const files = join(cacheDir, 'files');
  await mkdir(folder, { recursive: true });
  for (const name of kubernetesPrograms) await symlink(join(files, releasePaths.kubernetes, name), join(folder, name));
  const tarball = join(files, releasePaths.etcd, `etcd-v${versions.etcd}-linux-amd64.tar.gz`);
  await execa('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1', '--wildcards', '*/etcd', '*/etcdctl']);
}
