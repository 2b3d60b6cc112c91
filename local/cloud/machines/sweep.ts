import { readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { removeCgroup } from './cgroups.ts';
import { withFileLock } from './file-lock.ts';
import { requireHost } from './host.ts';
import { namesOf, tagFrom, tagOf } from './names.ts';
import { isAlive } from './owner.ts';
import { findRun, listRuns, registryLock, unregister } from './registry.ts';
import { run } from './run.ts';

/** How long another sweep of the same run may take before this one gives up. */
const turnMs = 60_000;

/**
 * Removes from the host all that a run with this state folder has left: processes, mounts, namespaces, interfaces, cgroups
 * and disks; then does what has to come before anybody else can use the folder.
 * @throws Error when the run's process lives
 */
export async function sweep(stateDir: string, afterwards: () => Promise<void> = async () => undefined): Promise<void> {
  requireHost();
  await inTurn(async () => {
    const owner = (await findRun(tagOf(stateDir)))?.owner;
    if (owner !== undefined && isAlive(owner)) {
      throw new Error(
        `cannot sweep "${stateDir}": process ${owner.pid} uses it; give another folder or end that process`,
      );
    }
    await sweepRun(stateDir);
    await afterwards();
  });
}

/** Sweeps after this process's own run, at its end. */
export async function sweepOwn(stateDir: string): Promise<void> {
  await inTurn(async () => await sweepRun(stateDir));
}

/** Sweeps after a process, unless another has taken over its state folder in the meantime. */
export async function sweepAfter(stateDir: string, pid: number): Promise<void> {
  await inTurn(async () => {
    const owner = (await findRun(tagOf(stateDir)))?.owner;
    if (owner?.pid === pid && !isAlive(owner)) await sweepRun(stateDir);
  });
}

async function sweepRun(stateDir: string): Promise<void> {
  const tag = tagOf(stateDir);
  await sweepTag(tag);
  for (const mount of await mountsBelow(resolve(stateDir))) await run('umount', ['--lazy', mount]);
  for (const part of ['machines', 'networks', 'guest'])
    await rm(join(stateDir, part), { recursive: true, force: true });
  await unregister(tag);
}

async function inTurn(action: () => Promise<void>): Promise<void> {
  await withFileLock(await registryLock(), turnMs, action);
}

/** Sweeps after every run whose process has died, also where only namespaces tell of it. Returns the known state folders. */
export async function sweepAll(): Promise<readonly string[]> {
  requireHost();
  const runs = await listRuns();
  const dead = runs.filter(({ owner }) => !isAlive(owner));
  for (const { stateDir } of dead) await sweep(stateDir);
  const known = new Set(runs.map(({ tag }) => tag));
  const tags = (await namespaces()).flatMap((name) => tagFrom(name) ?? []);
  for (const tag of new Set(tags)) if (!known.has(tag)) await sweepTag(tag);
  return dead.map(({ stateDir }) => stateDir);
}

/** Ends and removes all that carries a tag. */
async function sweepTag(tag: string): Promise<void> {
  const names = namesOf(tag);
  await removeCgroup(names.group);
  for (const name of (await namespaces()).filter(names.isNamespace)) await run('ip', ['netns', 'del', name]);
  const links = await readdir('/sys/class/net');
  // An interface whose other end went with its namespace may be gone by now.
  for (const name of links.filter(names.isUplink)) await run('ip', ['link', 'del', name]).catch(() => undefined);
}

async function namespaces(): Promise<readonly string[]> {
  return await readdir('/run/netns').catch(() => []);
}

/** Mount points below a folder, the innermost first. */
async function mountsBelow(folder: string): Promise<readonly string[]> {
  const points = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => unescaped(line.split(' ')[4] ?? ''));
  return points.filter((point) => point.startsWith(`${folder}/`)).reverse();
}

/** Blanks and backslashes are written in octal there: proc(5). */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
