import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { MachineLimits, MachinePlan } from '../../machine-backend.ts';
import { systemPath } from '../host/assert-host-requirements.ts';
import type { Names } from '../host/host-resource-names.ts';
import { run } from '../host/run-command.ts';
import { Cgroup } from './cgroup.ts';
import { nspawnArguments } from './nspawn-arguments.ts';

/** Folders of a machine that have to lie on a real file system: container images and databases don't work on an overlay. */
const ownFolders = ['containerd', 'etcd', 'kubelet'] as const;

/** The exit code with which systemd-nspawn says that the machine rebooted and wants to be started again. */
const rebootCode = 133;
const bootMs = 30_000;

interface Options {
  readonly names: Names;
  /** The machine's own folder. */
  readonly folder: string;
  /** Folders under the machine's root, the upper ones first. */
  readonly layers: readonly string[];
  readonly hostsFile: string;
  readonly stopMs: number;
  /** Called when the machine ends without having been asked to: it shut itself down, or its init died. */
  readonly poweredOff: () => void;
  readonly log: (line: string) => void;
}

/** One machine's disk and, while it runs, its processes. */
export class Machine {
  readonly plan: MachinePlan;
  readonly #options: Options;
  readonly #cgroup: Cgroup;
  #limits: MachineLimits;
  #running: { ended: Promise<void>; terminate: () => void } | undefined;
  #wanted = false;

  constructor(plan: MachinePlan, options: Options) {
    this.plan = plan;
    this.#options = options;
    this.#limits = plan.limits;
    this.#cgroup = new Cgroup(options.names.group, plan.name);
  }

  get consoleFile(): string {
    return join(this.#options.folder, 'console.log');
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Boots; resolves when init runs. The network namespace has to be there. */
  async start(): Promise<void> {
    this.#wanted = true;
    const { folder, layers } = this.#options;
    for (const each of ['upper', 'work', 'root', ...ownFolders])
      await mkdir(join(folder, each), { recursive: true, mode: 0o755 });
    const overlay = `lowerdir=${layers.join(':')},upperdir=${join(folder, 'upper')},workdir=${join(folder, 'work')}`;
    await run('mount', ['-t', 'overlay', 'kthw', '-o', overlay, join(folder, 'root')]);
    await this.#boot();
  }

  /** Shuts down in order and, when that takes too long, by force. The disk stays. */
  async stop(): Promise<void> {
    this.#wanted = false;
    const running = this.#running;
    if (running !== undefined) {
      running.terminate();
      const deadline = new AbortController();
      await Promise.race([running.ended, sleep(this.#options.stopMs, undefined, { signal: deadline.signal })]).catch(
        () => undefined,
      );
      deadline.abort();
    }
    await this.kill();
  }

  /** Ends the machine as if its plug was pulled. */
  async kill(): Promise<void> {
    this.#wanted = false;
    await this.#cgroup.remove();
    await this.#running?.ended;
    await this.#unmount();
  }

  /** Sets the limits, at once when it runs. */
  async resize(limits: MachineLimits): Promise<void> {
    if (this.isRunning) await this.#cgroup.limit(limits);
    this.#limits = limits;
  }

  /** Removes a stopped machine's disk. */
  async remove(): Promise<void> {
    await rm(this.#options.folder, { recursive: true, force: true });
  }

  async console(): Promise<string> {
    return await readFile(this.consoleFile, 'utf8').catch(() => '');
  }

  async #boot(): Promise<void> {
    const { names, folder, hostsFile, poweredOff, log } = this.#options;
    const entries = await this.#cgroup.make(this.#limits);
    const args = nspawnArguments({
      name: this.plan.name,
      root: join(folder, 'root'),
      networkNamespace: `/run/netns/${names.machineNamespace(this.plan.name)}`,
      hostsFile,
      binds: ownFolders.map((each) => [join(folder, each), `/var/lib/${each}`] as const),
    });
    const script = 'exec >> "$1" 2>&1; for file in $2; do echo $$ > "$file"; done; shift 2; exec systemd-nspawn "$@"';
    const child = execa('sh', ['-ec', script, 'sh', this.consoleFile, entries.join(' '), ...args], {
      detached: true,
      cleanup: false,
      stdio: 'ignore',
      reject: false,
      env: { PATH: systemPath, LC_ALL: 'C', SYSTEMD_NSPAWN_TMPFS_TMP: '0' },
    });
    const ended = child.then(async ({ exitCode }) => {
      this.#running = undefined;
      if (!this.#wanted) return;
      if (exitCode !== rebootCode) return poweredOff();
      log(`machine "${this.plan.name}": reboots`);
      await this.#cgroup.remove();
      if (this.#wanted) await this.#boot();
    });
    this.#running = {
      ended: ended.catch((error: unknown) => log(`machine "${this.plan.name}": ${String(error)}`)),
      terminate: () => child.kill('SIGTERM'),
    };
    await this.#initRuns();
  }

  async #initRuns(): Promise<void> {
    const deadline = Date.now() + bootMs;
    for (;;) {
      if (this.#running === undefined)
        throw new Error(`cannot boot machine "${this.plan.name}": ${(await this.console()).slice(-500)}`);
      for (const id of await this.#cgroup.processes()) {
        const command = await readFile(`/proc/${id}/comm`, 'utf8').catch(() => '');
        if (command.trim() === 'systemd') return;
      }
      if (Date.now() > deadline)
        throw new Error(`cannot boot machine "${this.plan.name}": no init after ${bootMs / 1_000} s`);
      await sleep(40);
    }
  }

  async #unmount(): Promise<void> {
    const root = join(this.#options.folder, 'root');
    const mounts = await readFile('/proc/self/mountinfo', 'utf8');
    if (mounts.includes(` ${root} `))
      await run('umount', [root]).catch(async () => await run('umount', ['--lazy', root]));
  }
}
