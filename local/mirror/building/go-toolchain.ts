import { existsSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { DebianSuite } from './debian-suite.ts';
import { runChild } from './run-child.ts';

/** The Go release with which Debian 12 builds Kubernetes 1.20. Much newer releases reject its dependencies. */
const goRelease = '1.19';

/** Returns the path of `go`: the host's if its release matches, otherwise Debian 12's, unpacked but not installed. */
export async function findGo(debian: DebianSuite, work: string, signal: AbortSignal): Promise<string> {
  const version = await runChild('go', ['version'], {
    signal,
    deadlineMs: 30_000,
    env: { GOTOOLCHAIN: 'local' },
  }).catch(() => '');
  signal.throwIfAborted();
  if (version.includes(` go${goRelease}`)) return 'go';
  const root = join(work, 'go');
  const go = join(root, 'usr/lib', `go-${goRelease}`, 'bin/go');
  if (!existsSync(join(work, 'go.whole'))) {
    await rm(root, { recursive: true, force: true });
    await mkdir(root, { recursive: true });
    await debian.unpack({ [`golang-${goRelease}-go`]: goRelease, [`golang-${goRelease}-src`]: goRelease }, root);
    await symlink('go', join(work, 'go.whole'));
  }
  return go;
}
