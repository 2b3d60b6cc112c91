import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { MachineLimits, MachineSpec } from '../../machine-backend.ts';
import { systemPath } from '../host/assert-host-requirements.ts';
import type { HostResourceNames } from '../host/host-resource-names.ts';
import { runCommand } from '../host/run-command.ts';
import { Cgroup } from './cgroup.ts';
import { buildNspawnArguments } from './nspawn-arguments.ts';

/** Directories that must be on a real file system: container images and databases do not work on an overlay. */
const boundFolders = ['containerd', 'etcd', 'kubelet'] as const;

/** Exit code of systemd-nspawn when the machine rebooted and must be started again. */
const rebootExitCode = 133;
const bootTimeoutMs = 30_000;

interface MachineOptions {
  readonly resourceNames: HostResourceNames;
  /** The machine's directory. */
  readonly folder: string;
  /** Lower layers of the machine's root overlay, topmost first. */
  readonly layers: readonly string[];
  readonly hostsFile: string;
  readonly stopTimeoutMs: number;
  /** Called when the machine ends without a stop request: it shut itself down, or its init died. */
  readonly onPowerOff: () => void;
  readonly log: (line: string) => void;
}

/** One machine's disk and, while it runs, its processes. */
export class NspawnMachine {
  readonly spec: MachineSpec;
  readonly #options: MachineOptions;
  readonly #cgroup: Cgroup;
  #limits: MachineLimits;
  #container: { ended: Promise<void>; terminate: () => void } | undefined;
  #shouldRun = false;

  constructor(spec: MachineSpec, options: MachineOptions) {
    this.spec = spec;
    this.#options = options;
    this.#limits = spec.limits;
    this.#cgroup = new Cgroup(options.resourceNames.cgroup, spec.name);
  }

  get consoleFile(): string {
    return join(this.#options.folder, 'console.log');
  }

  get isRunning(): boolean {
    return this.#container !== undefined;
  }

  /** True if the machine was created, now or by an earlier process. */
  get hasDisk(): boolean {
    return existsSync(join(this.#options.folder, 'upper'));
  }

  /** Makes the guest publish its host keys again: guest attributes are kept in memory only. */
  async prepareRestoredDisk(): Promise<void> {
    await rm(join(this.#options.folder, 'upper/var/lib/kthw-guest/published'), { force: true });
  }

  /** Boots the machine; resolves when init runs. Its network namespace must exist. */
  async start(): Promise<void> {
    this.#shouldRun = true;
    const { folder, layers } = this.#options;
    for (const each of ['upper', 'work', 'root', ...boundFolders])
      await mkdir(join(folder, each), { recursive: true, mode: 0o755 });
    const overlay = `lowerdir=${layers.join(':')},upperdir=${join(folder, 'upper')},workdir=${join(folder, 'work')}`;
    await runCommand('mount', ['-t', 'overlay', 'kthw', '-o', overlay, join(folder, 'root')]);
    await this.#boot();
  }

  /** Shuts the machine down; kills it after the timeout. Keeps the disk. */
  async stop(): Promise<void> {
    this.#shouldRun = false;
    const container = this.#container;
    if (container !== undefined) {
      container.terminate();
      const deadline = new AbortController();
      await Promise.race([
        container.ended,
        sleep(this.#options.stopTimeoutMs, undefined, { signal: deadline.signal }),
      ]).catch(() => undefined);
      deadline.abort();
    }
    await this.kill();
  }

  /** Kills the machine without shutdown. */
  async kill(): Promise<void> {
    this.#shouldRun = false;
    await this.#cgroup.remove();
    await this.#container?.ended;
    await this.#unmount();
  }

  /** Sets the limits; a running machine gets them immediately. */
  async resize(limits: MachineLimits): Promise<void> {
    if (this.isRunning) await this.#cgroup.setLimits(limits);
    this.#limits = limits;
  }

  /** Deletes a stopped machine's disk. */
  async remove(): Promise<void> {
    await rm(this.#options.folder, { recursive: true, force: true });
  }

  async readConsole(): Promise<string> {
    return await readFile(this.consoleFile, 'utf8').catch(() => '');
  }

  async #boot(): Promise<void> {
    const { resourceNames, folder, hostsFile, onPowerOff, log } = this.#options;
    const entries = await this.#cgroup.create(this.#limits);
    const args = buildNspawnArguments({
      name: this.spec.name,
      root: join(folder, 'root'),
      networkNamespace: `/run/netns/${resourceNames.getMachineNamespace(this.spec.name)}`,
      hostsFile,
      binds: boundFolders.map((each) => [join(folder, each), `/var/lib/${each}`] as const),
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
      this.#container = undefined;
      if (!this.#shouldRun) return;
      if (exitCode !== rebootExitCode) return onPowerOff();
      log(`machine "${this.spec.name}": rebooting`);
      await this.#cgroup.remove();
      if (this.#shouldRun) await this.#boot();
    });
    this.#container = {
      ended: ended.catch((error: unknown) => log(`machine "${this.spec.name}": ${String(error)}`)),
      terminate: () => child.kill('SIGTERM'),
    };
    await this.#waitForInit();
  }

  async #waitForInit(): Promise<void> {
    const deadline = Date.now() + bootTimeoutMs;
    for (;;) {
      if (this.#container === undefined)
        throw new Error(`cannot boot machine "${this.spec.name}": ${(await this.readConsole()).slice(-500)}`);
      for (const id of await this.#cgroup.listProcesses()) {
        const command = await readFile(`/proc/${id}/comm`, 'utf8').catch(() => '');
        if (command.trim() === 'systemd') return;
      }
      if (Date.now() > deadline)
        throw new Error(`cannot boot machine "${this.spec.name}": no init after ${bootTimeoutMs / 1_000} s`);
      await sleep(40);
    }
  }

  async #unmount(): Promise<void> {
    const root = join(this.#options.folder, 'root');
    const mounts = await readFile('/proc/self/mountinfo', 'utf8');
    if (mounts.includes(` ${root} `))
      await runCommand('umount', [root]).catch(async () => await runCommand('umount', ['--lazy', root]));
  }
}
