import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MachineLimits } from '../../machine-backend.ts';

/** Mount points of cgroup file systems. Version 1 has one for each set of controllers: cgroups(7). */
interface Hierarchy {
  readonly mount: string;
  readonly version: 1 | 2;
  readonly controllers: readonly string[];
}

const cpuPeriodUs = 100_000;

/** Controllers that the kubelet requires in a machine. */
const delegatedControllers = new Set(['cpu', 'cpuset', 'io', 'memory', 'pids', 'hugetlb']);

function listHierarchies(): readonly Hierarchy[] {
  const found = new Map<string, Hierarchy>();
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const [left, right] = line.split(' - ');
    const mount = left?.split(' ')[4];
    const [type, , options] = right?.split(' ') ?? [];
    if (mount === undefined || !mount.startsWith('/sys/fs/cgroup')) continue;
    if (type === 'cgroup2') found.set(mount, { mount, version: 2, controllers: [] });
    if (type === 'cgroup') found.set(mount, { mount, version: 1, controllers: options?.split(',') ?? [] });
  }
  if (found.size === 0) throw new Error('cannot run machines: no cgroup file system is mounted under "/sys/fs/cgroup"');
  return [...found.values()];
}

/**
 * A machine's cgroup in each hierarchy, the root of its cgroup namespace. Kubelets that shared a cgroup would remove
 * each other's pods. Without a machine: the parent cgroup of a group of machines.
 */
export class Cgroup {
  readonly #group: string;
  readonly #machine: string;

  constructor(group: string, machine = '') {
    this.#group = group;
    this.#machine = machine;
  }

  /** Creates the cgroup. Returns the `cgroup.procs` files that the machine's first process must join. */
  async create(limits: MachineLimits): Promise<readonly string[]> {
    const entries = [];
    for (const each of listHierarchies()) {
      const parent = join(each.mount, this.#group);
      const own = this.#getFolder(each);
      if (each.version === 2) await delegateControllers(each.mount);
      await mkdir(parent, { recursive: true });
      if (each.version === 2) await delegateControllers(parent);
      if (each.controllers.includes('cpuset')) await copyCpuset(each.mount, parent);
      await mkdir(own, { recursive: true });
      if (each.controllers.includes('cpuset')) await copyCpuset(parent, own);
      entries.push(join(own, 'cgroup.procs'));
    }
    await this.setLimits(limits);
    return entries;
  }

  /** Sets limits. @throws Error when memory usage exceeds the new limit */
  async setLimits(limits: MachineLimits): Promise<void> {
    const quota = String(Math.max(1_000, Math.round(limits.cpus * cpuPeriodUs)));
    const bytes = String(limits.memoryBytes);
    for (const each of listHierarchies()) {
      const own = this.#getFolder(each);
      const settings: [string, string][] = [];
      if (each.controllers.includes('cpu'))
        settings.push(['cpu.cfs_period_us', String(cpuPeriodUs)], ['cpu.cfs_quota_us', quota]);
      if (each.controllers.includes('memory')) settings.push(['memory.limit_in_bytes', bytes]);
      if (existsSync(join(own, 'cpu.max'))) settings.push(['cpu.max', `${quota} ${cpuPeriodUs}`]);
      if (existsSync(join(own, 'memory.max'))) settings.push(['memory.max', bytes]);
      for (const [file, value] of settings) await writeFile(join(own, file), value);
    }
  }

  /** Process IDs in the cgroup and its descendants. */
  async listProcesses(): Promise<readonly number[]> {
    const ids = new Set<number>();
    for (const each of listHierarchies()) {
      for (const folder of await listTree(this.#getFolder(each))) {
        const text = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
        for (const id of text.split('\n')) if (Number(id) > 0) ids.add(Number(id));
      }
    }
    return [...ids];
  }

  /**
   * Kills all processes and removes the cgroup.
   * @throws Error when a process is still alive at the deadline
   */
  async remove(deadlineMs = 15_000): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    for (;;) {
      const ids = await this.listProcesses();
      for (const id of ids) {
        try {
          process.kill(id, 'SIGKILL');
        } catch {
          // The process has already exited.
        }
      }
      if (ids.length === 0 && (await this.#removeFolders())) return;
      if (Date.now() > deadline) {
        throw new Error(`cannot kill the processes in cgroup "${join(this.#group, this.#machine)}": ${ids.join(' ')}`);
      }
      await sleep(20);
    }
  }

  #getFolder({ mount }: Hierarchy): string {
    return join(mount, this.#group, this.#machine);
  }

  async #removeFolders(): Promise<boolean> {
    let isEmpty = true;
    for (const each of listHierarchies()) {
      for (const folder of (await listTree(this.#getFolder(each))).reverse()) {
        await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') isEmpty = false;
        });
      }
    }
    return isEmpty;
  }
}

/** A directory and its descendants, parents first. */
async function listTree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [];
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => listTree(join(folder, entry.name))),
  );
  return [folder, ...below.flat()];
}

async function copyCpuset(from: string, to: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) await writeFile(join(to, file), await readFile(join(from, file)));
}

/** In version 2 a cgroup has only the controllers that its parent enables for children. */
async function delegateControllers(folder: string): Promise<void> {
  const controllers = (await readFile(join(folder, 'cgroup.controllers'), 'utf8').catch(() => '')).trim();
  for (const name of controllers.split(' ').filter((each) => delegatedControllers.has(each))) {
    // Machines run without controllers that the host kernel does not delegate.
    await writeFile(join(folder, 'cgroup.subtree_control'), `+${name}`).catch(() => undefined);
  }
}
