import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MachineLimits } from '../machines.ts';

/** Where cgroup file systems are mounted; with version 1 there is one a set of controllers. cgroups(7). */
interface Hierarchy {
  readonly mount: string;
  readonly version: 1 | 2;
  readonly controllers: readonly string[];
}

const periodUs = 100_000;

/** Controllers that the kubelet looks for in a machine. */
const passedOn = new Set(['cpu', 'cpuset', 'io', 'memory', 'pids', 'hugetlb']);

function hierarchies(): readonly Hierarchy[] {
  const found = new Map<string, Hierarchy>();
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const [left, right] = line.split(' - ');
    const mount = left?.split(' ')[4];
    const [type, , options] = right?.split(' ') ?? [];
    if (mount === undefined || !mount.startsWith('/sys/fs/cgroup')) continue;
    if (type === 'cgroup2') found.set(mount, { mount, version: 2, controllers: [] });
    if (type === 'cgroup') found.set(mount, { mount, version: 1, controllers: options?.split(',') ?? [] });
  }
  if (found.size === 0)
    throw new Error('cannot hold machines: no cgroup file system is mounted under "/sys/fs/cgroup"');
  return [...found.values()];
}

/**
 * Makes a machine's own cgroup in every hierarchy, so that its cgroup namespace is rooted there: kubelets that shared one
 * would clean up each other's pods. Returns the `cgroup.procs` files that its first process has to enter.
 */
export async function makeCgroup(group: string, machine: string, limits: MachineLimits): Promise<readonly string[]> {
  const entries = [];
  for (const each of hierarchies()) {
    const parent = join(each.mount, group);
    const own = join(parent, machine);
    if (each.version === 2) await delegate(each.mount);
    await mkdir(parent, { recursive: true });
    if (each.version === 2) await delegate(parent);
    if (each.controllers.includes('cpuset')) await inherit(each.mount, parent);
    await mkdir(own, { recursive: true });
    if (each.controllers.includes('cpuset')) await inherit(parent, own);
    entries.push(join(own, 'cgroup.procs'));
  }
  await limitCgroup(group, machine, limits);
  return entries;
}

/** Sets a machine's limits; bytes and fractions of a CPU. @throws Error when the memory in use doesn't fit any more */
export async function limitCgroup(group: string, machine: string, limits: MachineLimits): Promise<void> {
  const quota = String(Math.max(1_000, Math.round(limits.cpus * periodUs)));
  const bytes = String(limits.memoryBytes);
  for (const each of hierarchies()) {
    const own = join(each.mount, group, machine);
    const settings: Record<string, string> = {};
    if (each.controllers.includes('cpu'))
      Object.assign(settings, { 'cpu.cfs_period_us': periodUs, 'cpu.cfs_quota_us': quota });
    if (each.controllers.includes('memory')) Object.assign(settings, { 'memory.limit_in_bytes': bytes });
    if (existsSync(join(own, 'cpu.max'))) Object.assign(settings, { 'cpu.max': `${quota} ${periodUs}` });
    if (existsSync(join(own, 'memory.max'))) Object.assign(settings, { 'memory.max': bytes });
    for (const [file, value] of Object.entries(settings)) await writeFile(join(own, file), String(value));
  }
}

/** Whether a machine has a cgroup now, which is as long as it runs. */
export function hasCgroup(group: string, machine: string): boolean {
  return hierarchies().some((each) => existsSync(join(each.mount, group, machine)));
}

/** The process ids in a machine's cgroup, or in those of all machines of the group. */
export async function processesOf(group: string, machine = ''): Promise<readonly number[]> {
  const ids = new Set<number>();
  for (const each of hierarchies()) {
    for (const folder of await tree(join(each.mount, group, machine))) {
      const text = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
      for (const id of text.split('\n')) if (Number(id) > 0) ids.add(Number(id));
    }
  }
  return [...ids];
}

/**
 * Kills whatever is in the cgroup and removes it.
 * @throws Error when something in it outlives the deadline
 */
export async function removeCgroup(group: string, machine = '', deadlineMs = 15_000): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const ids = await processesOf(group, machine);
    for (const id of ids) {
      try {
        process.kill(id, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    if (ids.length === 0 && (await removeFolders(group, machine))) return;
    if (Date.now() > deadline)
      throw new Error(`cannot end the processes in cgroup "${join(group, machine)}": ${ids.join(' ')}`);
    await sleep(20);
  }
}

async function removeFolders(group: string, machine: string): Promise<boolean> {
  let gone = true;
  for (const each of hierarchies()) {
    for (const folder of (await tree(join(each.mount, group, machine))).reverse()) {
      await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') gone = false;
      });
    }
  }
  return gone;
}

/** A folder and all below it, parents first. */
async function tree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [];
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => tree(join(folder, entry.name))),
  );
  return [folder, ...below.flat()];
}

async function inherit(from: string, to: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) await writeFile(join(to, file), await readFile(join(from, file)));
}

/** Version 2 shows a controller in a cgroup only when its parent passes it on. */
async function delegate(folder: string): Promise<void> {
  const controllers = (await readFile(join(folder, 'cgroup.controllers'), 'utf8').catch(() => '')).trim();
  for (const name of controllers.split(' ').filter((each) => passedOn.has(each))) {
    // One that the host's kernel won't pass on is one that machines do without.
    await writeFile(join(folder, 'cgroup.subtree_control'), `+${name}`).catch(() => undefined);
  }
}
