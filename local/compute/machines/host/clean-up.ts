import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Cgroup } from '../nspawn/cgroup.ts';
import { requireHost } from './assert-host-requirements.ts';
import { tagOf } from './emulator-id.ts';
import { registry } from './emulator-registry.ts';
import { withFileLock } from './file-lock.ts';
import { namesOf, tagFrom } from './host-resource-names.ts';
import { unmountBelow } from './mounts.ts';
import { isAlive } from './process-identity.ts';
import { run } from './run-command.ts';

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
    const owner = (await registry.find(tagOf(stateDir)))?.owner;
    if (owner !== undefined && isAlive(owner)) {
      throw new Error(
        `cannot sweep "${stateDir}": process ${owner.pid} uses it; give another folder or end that process`,
      );
    }
    await sweepRun(stateDir);
    await afterwards();
  });
}

/** Sweeps after this process or one that died, unless another has taken over its state folder in the meantime. */
export async function sweepAfter(stateDir: string, pid: number): Promise<void> {
  await inTurn(async () => {
    const owner = (await registry.find(tagOf(stateDir)))?.owner;
    if (owner?.pid === pid && (pid === process.pid || !isAlive(owner))) await sweepRun(stateDir);
  });
}

async function sweepRun(stateDir: string): Promise<void> {
  const tag = tagOf(stateDir);
  await sweepTag(tag);
  await unmountBelow(resolve(stateDir));
  for (const part of ['machines', 'networks', 'guest'])
    await rm(join(stateDir, part), { recursive: true, force: true });
  await registry.strike(tag);
}

async function inTurn(action: () => Promise<void>): Promise<void> {
  await registry.prepare();
  await withFileLock(registry.lock, turnMs, action);
}

/** Sweeps after every run whose process has died, also where only namespaces tell of it. Returns the known state folders. */
export async function sweepAll(): Promise<readonly string[]> {
  requireHost();
  const runs = await registry.list();
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
  await new Cgroup(names.group).remove();
  for (const name of (await namespaces()).filter(names.isNamespace)) await run('ip', ['netns', 'del', name]);
  const links = await readdir('/sys/class/net');
  // An interface whose other end went with its namespace may be gone by now.
  for (const name of links.filter(names.isUplink)) await run('ip', ['link', 'del', name]).catch(() => undefined);
}

async function namespaces(): Promise<readonly string[]> {
  return await readdir('/run/netns').catch(() => []);
}
