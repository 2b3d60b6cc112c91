import { readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { removeCgroup } from './cgroups.ts';
import { requireHost } from './host.ts';
import { namesOf, tagOf } from './names.ts';
import { isAlive, thisProcess } from './owner.ts';
import { findRun, listRuns, unregister } from './registry.ts';
import { run } from './run.ts';

/**
 * Removes from the host all that a run with this state folder has left: processes, mounts, namespaces, interfaces, cgroups
 * and disks. @throws Error when another living process owns the run
 */
export async function sweep(stateDir: string): Promise<void> {
  requireHost();
  const tag = tagOf(stateDir);
  const owner = (await findRun(tag))?.owner;
  if (owner !== undefined && owner.pid !== thisProcess().pid && isAlive(owner)) {
    throw new Error(`cannot sweep "${stateDir}": process ${owner.pid} uses it`);
  }
  const names = namesOf(tag);
  await removeCgroup(names.group);
  for (const mount of await mountsBelow(resolve(stateDir))) await run('umount', ['--lazy', mount]);
  const namespaces = await readdir('/run/netns').catch(() => []);
  for (const name of namespaces.filter(names.isNamespace)) await run('ip', ['netns', 'del', name]);
  const links = await readdir('/sys/class/net');
  // An interface whose other end went with its namespace may be gone by now.
  for (const name of links.filter(names.isUplink)) await run('ip', ['link', 'del', name]).catch(() => undefined);
  for (const part of ['machines', 'networks', 'guest'])
    await rm(join(stateDir, part), { recursive: true, force: true });
  await unregister(tag);
}

/** Sweeps after every run whose process has died. Returns their state folders. */
export async function sweepAll(): Promise<readonly string[]> {
  const dead = (await listRuns()).filter(({ owner }) => !isAlive(owner));
  for (const { stateDir } of dead) await sweep(stateDir);
  return dead.map(({ stateDir }) => stateDir);
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
