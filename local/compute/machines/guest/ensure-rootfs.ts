import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { requireHost, systemPath } from '../host/assert-host-requirements.ts';
import { withFileLock } from '../host/file-lock.ts';
import { unmountBelow } from '../host/mounts.ts';
import { run } from '../host/run-command.ts';
import { debianMirror } from './apt-sources.ts';
import { recipe, recipeHash } from './rootfs-recipe.ts';

/** How long the making of a root file system may take: some 250 packages over a slow line. */
const makingMs = 20 * 60_000;

/** Where root file systems are kept by default; the environment's `KTHW_CACHE` says otherwise. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return env.KTHW_CACHE ?? join(env.XDG_CACHE_HOME ?? '/var/cache', 'kthw');
}

/**
 * Returns the folder with the root file system that all machines start from, made with debootstrap when there is none
 * of this recipe or the one there is not whole. One process makes it, others wait for it.
 * @throws Error when debootstrap fails, with its last words, or no Debian mirror is known
 */
export async function ensureBase(cacheDir: string, log: (line: string) => void): Promise<string> {
  requireHost();
  const base = join(cacheDir, `base-${recipeHash}`);
  if (isWhole(base)) return base;
  await mkdir(cacheDir, { recursive: true });
  await withFileLock(join(cacheDir, 'lock'), makingMs, async () => {
    if (isWhole(base)) return;
    await removeStale(cacheDir, log);
    const making = `${base}.making-${process.pid}`;
    try {
      await make(making, cacheDir, log);
      await rename(making, base);
    } finally {
      await removeTree(making);
    }
    log(`root file system: ready in "${base}"`);
  });
  return base;
}

function isWhole(base: string): boolean {
  return existsSync(join(base, '.kthw-whole')) && recipe.sentinels.every((file) => existsSync(join(base, file)));
}

async function make(folder: string, cacheDir: string, log: (line: string) => void): Promise<void> {
  const mirror = process.env.KTHW_DEBIAN_MIRROR ?? debianMirror(await aptSources());
  if (mirror === undefined) {
    throw new Error('cannot make a root file system: apt names no Debian mirror; set KTHW_DEBIAN_MIRROR to one');
  }
  const archives = join(cacheDir, 'archives');
  await mkdir(archives, { recursive: true });
  log(`root file system: making Debian ${recipe.suite} from ${mirror} (about a minute)`);
  const include = `--include=${recipe.packages.join(',')}`;
  const args = ['--variant=minbase', `--cache-dir=${archives}`, include, recipe.suite, folder, mirror];
  const child = execa('debootstrap', args, { env: { PATH: systemPath, LC_ALL: 'C' }, timeout: makingMs, all: true });
  const last: string[] = [];
  let said = 0;
  try {
    for await (const line of child.iterable({ from: 'all' })) {
      last.push(line);
      if (last.length > 5) last.shift();
      const detail = /^I: (Retrieving|Validating|Unpacking|Configuring|Extracting) /.test(line);
      if (detail ? ++said % 50 === 0 : /^[IWE]: /.test(line)) log(`root file system: ${line.slice(3)}`);
    }
    await child;
  } catch (cause) {
    throw new Error(`cannot make a root file system with debootstrap: ${last.join(' / ')}`, { cause });
  }
  await run('chroot', [folder, '/bin/sh', '-e'], { input: recipe.finish });
  await writeFile(join(folder, '.kthw-whole'), `${recipeHash}\n`);
}

async function aptSources(): Promise<string[]> {
  const folder = '/etc/apt/sources.list.d';
  const names = existsSync(folder)
    ? (await readdir(folder)).filter((name) => /\.(list|sources)$/.test(name)).sort()
    : [];
  const files = ['/etc/apt/sources.list', ...names.map((name) => join(folder, name))];
  return files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8'));
}

/** Removes root file systems of other recipes that nothing is mounted on, unfinished ones, and this one if it is broken. */
async function removeStale(cacheDir: string, log: (line: string) => void): Promise<void> {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  for (const name of await readdir(cacheDir)) {
    const making = /^base-[0-9a-f]{12}\.making-(\d+)$/.exec(name);
    if (making === null && !/^base-[0-9a-f]{12}$/.test(name)) continue;
    const folder = join(cacheDir, name);
    if (making === null ? mounts.includes(folder) : existsSync(`/proc/${making[1]}`)) continue;
    log(`root file system: removing "${folder}", which is of another recipe or not whole`);
    await removeTree(folder);
  }
}

/** What debootstrap mounts in it for its own use must be off before anything is deleted. */
async function removeTree(folder: string): Promise<void> {
  await unmountBelow(folder);
  await rm(folder, { recursive: true, force: true });
}
