import { existsSync } from 'node:fs';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { defaultCacheDir, ensureBase } from '../../local/cloud/machines/base.ts';
import { mirrorCacheDir } from '../../local/mirror/cache-dir.ts';
import { kubernetesPrograms, releasePaths, versions } from '../../local/mirror/catalogue.ts';
import { ensureMirror } from '../../local/mirror/make.ts';
import { ensurePackages, whyNotHere } from '../../local/packages.ts';
import type { Check } from './checks.ts';

/** Debian packages of which only tests use a program. */
const forTests = ['curl', 'jq', 'openssh-client', 'openssh-server', 'openssl', 'procps'];

/** What could be prepared for the tests, and what could not. */
export interface Prepared {
  /** A folder with Kubernetes' and etcd's programs, where they could be made. */
  readonly binDir?: string;
  readonly failures: readonly Check[];
}

/** Makes ahead what many tests would wait for: Debian packages, the machines' root file system, the mirror's content. */
export async function prepare(): Promise<Prepared> {
  if (whyNotHere()) return { failures: [] };
  const log = (line: string) => console.log(line);
  try {
    await ensurePackages(forTests, log);
    await Promise.all([ensureBase(defaultCacheDir(), log), ensureMirror(mirrorCacheDir(), log)]);
    return { binDir: await programs(mirrorCacheDir()), failures: [] };
  } catch (error) {
    log(`preparing: ${(error as Error).message}; tests that need it fail`);
    return { failures: [{ name: 'preparing', failed: true, output: (error as Error).message }] };
  }
}

/** The programs that the mirror has, in one folder beside it. */
async function programs(cacheDir: string): Promise<string> {
  const folder = join(cacheDir, `../programs-${versions.kubernetes}-${versions.etcd}`);
  if (existsSync(folder)) return folder;
  const making = `${folder}.making-${process.pid}`;
  await mkdir(making, { recursive: true });
  const files = join(cacheDir, 'files');
  for (const name of kubernetesPrograms) await symlink(join(files, releasePaths.kubernetes, name), join(making, name));
  const tarball = join(files, releasePaths.etcd, `etcd-v${versions.etcd}-linux-amd64.tar.gz`);
  await execa('tar', ['-xzf', tarball, '-C', making, '--strip-components=1', '--wildcards', '*/etcd', '*/etcdctl']);
  await rename(making, folder).catch(() => rm(making, { recursive: true }));
  return folder;
}
