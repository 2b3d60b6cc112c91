import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { ensurePrivateFolder } from '../../../private-folder.ts';
import { assertHostRequirements, systemPath } from '../host/assert-host-requirements.ts';
import { withFileLock } from '../host/file-lock.ts';
import { unmountBelow } from '../host/mounts.ts';
import { runCommand } from '../host/run-command.ts';
import { findDebianMirror } from './apt-sources.ts';
import { rootfsRecipe, rootfsRecipeHash } from './rootfs-recipe.ts';

/** Timeout for building a root file system: about 250 packages over a slow connection. */
const buildTimeoutMs = 20 * 60_000;

/** Default location of root file systems; the `KTHW_CACHE` environment variable overrides it. */
export function getDefaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return env.KTHW_CACHE ?? join(env.XDG_CACHE_HOME ?? '/var/cache', 'kthw');
}

/**
 * Returns the path of the root file system shared by all machines. Builds it with debootstrap if it is missing,
 * outdated or incomplete. One process builds; others wait.
 * @throws Error when debootstrap fails (with its last output lines) or no Debian mirror is configured
 */
export async function ensureRootfs(cacheDir: string, log: (line: string) => void): Promise<string> {
  assertHostRequirements();
  const rootfs = join(cacheDir, `base-${rootfsRecipeHash}`);
  await ensurePrivateFolder(cacheDir);
  if (isComplete(rootfs)) return rootfs;
  await withFileLock(join(cacheDir, 'lock'), buildTimeoutMs, async () => {
    if (isComplete(rootfs)) return;
    await removeStaleRootfs(cacheDir, log);
    const buildFolder = `${rootfs}.making-${process.pid}`;
    try {
      await buildRootfs(buildFolder, cacheDir, log);
      await rename(buildFolder, rootfs);
    } finally {
      await removeTree(buildFolder);
    }
    log(`root file system: ready in "${rootfs}"`);
  });
  return rootfs;
}

function isComplete(rootfs: string): boolean {
  return (
    existsSync(join(rootfs, '.kthw-whole')) && rootfsRecipe.sentinels.every((file) => existsSync(join(rootfs, file)))
  );
}

async function buildRootfs(folder: string, cacheDir: string, log: (line: string) => void): Promise<void> {
  const mirror = process.env.KTHW_DEBIAN_MIRROR ?? findDebianMirror(await readAptSources());
  if (mirror === undefined) {
    throw new Error(
      'cannot build a root file system: no Debian mirror in the apt sources; set KTHW_DEBIAN_MIRROR to a mirror URL',
    );
  }
  const archives = join(cacheDir, 'archives');
  await mkdir(archives, { recursive: true });
  log(`root file system: building Debian ${rootfsRecipe.suite} from ${mirror} (about 1 minute)`);
  const include = `--include=${rootfsRecipe.packages.join(',')}`;
  const args = ['--variant=minbase', `--cache-dir=${archives}`, include, rootfsRecipe.suite, folder, mirror];
  const child = execa('debootstrap', args, {
    env: { PATH: systemPath, LC_ALL: 'C' },
    timeout: buildTimeoutMs,
    all: true,
  });
  const lastLines: string[] = [];
  let detailCount = 0;
  try {
    for await (const line of child.iterable({ from: 'all' })) {
      lastLines.push(line);
      if (lastLines.length > 5) lastLines.shift();
      const detail = /^I: (Retrieving|Validating|Unpacking|Configuring|Extracting) /.test(line);
      if (detail ? ++detailCount % 50 === 0 : /^[IWE]: /.test(line)) log(`root file system: ${line.slice(3)}`);
    }
    await child;
  } catch (cause) {
    throw new Error(`cannot build a root file system with debootstrap: ${lastLines.join(' / ')}`, { cause });
  }
  await runCommand('chroot', [folder, '/bin/sh', '-e'], { input: rootfsRecipe.finish });
  await writeFile(join(folder, '.kthw-whole'), `${rootfsRecipeHash}\n`);
}

async function readAptSources(): Promise<string[]> {
  const folder = '/etc/apt/sources.list.d';
  const names = existsSync(folder)
    ? (await readdir(folder)).filter((name) => /\.(list|sources)$/.test(name)).sort()
    : [];
  const files = ['/etc/apt/sources.list', ...names.map((name) => join(folder, name))];
  return files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8'));
}

/** Removes outdated root file systems that are not mounted, unfinished ones, and the current one if it is corrupt. */
async function removeStaleRootfs(cacheDir: string, log: (line: string) => void): Promise<void> {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  for (const name of await readdir(cacheDir)) {
    const buildMatch = /^base-[0-9a-f]{12}\.making-(\d+)$/.exec(name);
    if (buildMatch === null && !/^base-[0-9a-f]{12}$/.test(name)) continue;
    const folder = join(cacheDir, name);
    if (buildMatch === null ? mounts.includes(folder) : existsSync(`/proc/${buildMatch[1]}`)) continue;
    log(`root file system: removing "${folder}" (outdated or incomplete)`);
    await removeTree(folder);
  }
}

/** Unmount what debootstrap mounted before deleting anything: a deletion would reach into the host. */
async function removeTree(folder: string): Promise<void> {
  await unmountBelow(folder);
  await rm(folder, { recursive: true, force: true });
}
