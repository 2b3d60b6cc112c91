import { mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePrivateFolder } from '../../../private-folder.ts';
import type {
  MachineBackend,
  MachineLimits,
  MachineMetadata,
  MachineSpec,
  NetworkSpec,
} from '../../machine-backend.ts';
import { ensureRootfs, getDefaultCacheDir } from '../guest/ensure-rootfs.ts';
import { writeGuestLayer } from '../guest/guest-layer.ts';
import { assertHostRequirements } from '../host/assert-host-requirements.ts';
import { cleanUp, cleanUpAfterProcess } from '../host/clean-up.ts';
import { computeEmulatorId } from '../host/emulator-id.ts';
import { emulatorRegistry } from '../host/emulator-registry.ts';
import { createHostResourceNames } from '../host/host-resource-names.ts';
import { keepsDisks } from '../host/state-file-path.ts';
import { startWatchdog, type Watchdog } from '../host/watchdog.ts';
import type { InternetService } from '../network/network-routes.ts';
import { VirtualNetwork } from '../network/virtual-network.ts';
import { NspawnMachine } from './nspawn-machine.ts';

/** Host configuration of the machines. */
export interface NspawnBackendOptions {
  /**
   * Disks and sockets of this emulator's machines. Must be on a real file system, not an overlay; used by one process
   * at a time.
   */
  readonly stateDir?: string;
  /** Root file system shared by all emulators. */
  readonly cacheDir?: string;
  /** Services on host loopback addresses, available to machines at the same address and port. */
  readonly internet: readonly InternetService[];
  /** Timeout for an orderly shutdown, in milliseconds. */
  readonly stopMs?: number;
  readonly log?: (line: string) => void;
}

/** {@link MachineBackend} plus operations that require real machines. */
export interface NspawnMachineBackend extends MachineBackend {
  /** Kills a machine without shutdown and boots it. */
  reset(name: string): Promise<void>;
}

/**
 * Runs machines as systemd-nspawn containers, each with its own network namespace and cgroup. First removes leftovers
 * of crashed emulators.
 * @throws Error when this is not Linux with root and the required programs, or another process uses the state directory
 */
export async function createNspawnMachineBackend(options: NspawnBackendOptions): Promise<NspawnMachineBackend> {
  assertHostRequirements();
  const log = options.log ?? (() => undefined);
  const requestedDir = options.stateDir ?? '/var/tmp/kthw';
  const rootfs = await ensureRootfs(options.cacheDir ?? getDefaultCacheDir(), log);
  await ensurePrivateFolder(requestedDir);
  const stateDir = await realpath(requestedDir);
  await cleanUp(stateDir, async () => await emulatorRegistry.register(computeEmulatorId(stateDir), stateDir));
  const watchdog = startWatchdog(stateDir);
  const guestLayer = join(stateDir, 'guest');
  await writeGuestLayer(guestLayer);
  await mkdir(join(stateDir, 'networks'), { recursive: true });
  return new NspawnHost({
    stateDir,
    watchdog,
    layers: [guestLayer, rootfs],
    internet: options.internet,
    stopTimeoutMs: options.stopMs ?? 20_000,
    log,
  });
}

interface NspawnHostOptions {
  readonly stateDir: string;
  readonly watchdog: Watchdog;
  readonly layers: readonly string[];
  readonly internet: readonly InternetService[];
  readonly stopTimeoutMs: number;
  readonly log: (line: string) => void;
}

interface MachineEntry {
  spec: MachineSpec;
  readonly machine: NspawnMachine;
  readonly network: VirtualNetwork;
  readonly guestAttributes: Map<string, string>;
  /** The machine's last operation; operations run one at a time. */
  lastOperation: Promise<unknown>;
}

class NspawnHost implements NspawnMachineBackend {
  readonly #options: NspawnHostOptions;
  readonly #resourceNames: ReturnType<typeof createHostResourceNames>;
  readonly #networks = new Map<string, Promise<VirtualNetwork>>();
  readonly #entries = new Map<string, MachineEntry>();
  #closing: Promise<void> | undefined;

  constructor(options: NspawnHostOptions) {
    this.#options = options;
    this.#resourceNames = createHostResourceNames(computeEmulatorId(options.stateDir));
  }

  async applyNetwork(spec: NetworkSpec): Promise<void> {
    let opening = this.#networks.get(spec.name);
    if (opening === undefined) {
      opening = this.#openNetwork(spec.name);
      this.#networks.set(spec.name, opening);
      opening.catch(() => this.#networks.delete(spec.name));
    }
    const network = await opening;
    network.spec = spec;
    await network.apply();
  }

  async removeNetwork(name: string): Promise<void> {
    const network = await this.#networks.get(name);
    if (network === undefined) return;
    const user = [...this.#entries.values()].find((entry) => entry.network === network);
    if (user !== undefined) throw new Error(`cannot remove network "${name}": machine "${user.spec.name}" is in it`);
    this.#networks.delete(name);
    await network.close();
  }

  async create(spec: MachineSpec): Promise<void> {
    await this.#addEntry(spec);
    await this.#runExclusive(spec.name, (entry) => this.#startMachine(entry));
  }

  async restore(spec: MachineSpec, isRunning: boolean): Promise<boolean> {
    const { machine } = await this.#addEntry(spec);
    if (!machine.hasDisk) return false;
    await machine.prepareRestoredDisk();
    if (isRunning) await this.start(spec.name);
    return true;
  }

  async removeDisk(name: string): Promise<void> {
    await rm(join(this.#options.stateDir, 'machines', name), { recursive: true, force: true });
  }

  async start(name: string): Promise<void> {
    await this.#runExclusive(name, async (entry) => {
      if (!entry.machine.isRunning) await this.#startMachine(entry);
    });
  }

  async stop(name: string): Promise<void> {
    await this.#runExclusive(name, async ({ machine, network }) => {
      await machine.stop();
      await network.detach(name, false);
    });
  }

  async reset(name: string): Promise<void> {
    await this.#runExclusive(name, async ({ machine }) => {
      await machine.kill();
      await machine.start();
    });
  }

  async resize(name: string, limits: MachineLimits): Promise<void> {
    await this.#runExclusive(name, async ({ machine }) => await machine.resize(limits));
  }

  async remove(name: string): Promise<void> {
    await this.#runExclusive(name, async ({ machine, network }) => {
      await machine.kill();
      await network.detach(name, true);
      await machine.remove();
      this.#entries.delete(name);
    });
  }

  async setMetadata(name: string, metadata: MachineMetadata): Promise<void> {
    const entry = this.#getEntry(name);
    entry.spec = { ...entry.spec, metadata };
    entry.network.metadataServer.notifyChange();
  }

  getGuestAttributes(name: string): ReadonlyMap<string, string> {
    return this.#getEntry(name).guestAttributes;
  }

  async readConsole(name: string): Promise<string> {
    return await this.#getEntry(name).machine.readConsole();
  }

  getHealth(externalAddress: string, internalAddress: string): 'HEALTHY' | 'UNHEALTHY' {
    const healthy = [...this.#openNetworks].some((network) => network.isHealthy(externalAddress, internalAddress));
    return healthy ? 'HEALTHY' : 'UNHEALTHY';
  }

  async close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    await this.#closing;
  }

  readonly #openNetworks = new Set<VirtualNetwork>();

  async #closeAll(): Promise<void> {
    const names = [...this.#entries.keys()];
    const isKept = keepsDisks(this.#options.stateDir);
    await Promise.allSettled(names.map((name) => (isKept ? this.#powerOff(name) : this.remove(name))));
    this.#entries.clear();
    await Promise.allSettled([...this.#networks.keys()].map((name) => this.removeNetwork(name)));
    await cleanUpAfterProcess(this.#options.stateDir, process.pid);
    await this.#options.watchdog.stop();
  }

  async #openNetwork(name: string): Promise<VirtualNetwork> {
    const { stateDir, internet, log } = this.#options;
    const network = new VirtualNetwork({
      name,
      resourceNames: this.#resourceNames,
      folder: join(stateDir, 'networks'),
      internet,
      log,
      findRecord: (machine) => {
        const entry = this.#entries.get(machine);
        return entry === undefined ? undefined : { machine: entry.spec, guestAttributes: entry.guestAttributes };
      },
    });
    await network.open();
    this.#openNetworks.add(network);
    return network;
  }

  /** Registers a machine of an existing network. @throws Error when the name is in use */
  async #addEntry(spec: MachineSpec): Promise<MachineEntry> {
    if (this.#entries.has(spec.name)) throw new Error(`cannot create machine "${spec.name}": the name is in use`);
    const opening = this.#networks.get(spec.network);
    if (opening === undefined) throw new Error(`cannot create machine "${spec.name}": no network "${spec.network}"`);
    const network = await opening;
    const { stateDir, layers, stopTimeoutMs, log } = this.#options;
    const onPowerOff = () => {
      log(`machine "${spec.name}": powered off`);
      this.stop(spec.name).catch((error: unknown) => log(`machine "${spec.name}": ${String(error)}`));
    };
    const { hostsFile } = network;
    const machine = new NspawnMachine(spec, {
      resourceNames: this.#resourceNames,
      folder: join(stateDir, 'machines', spec.name),
      layers,
      hostsFile,
      stopTimeoutMs,
      onPowerOff,
      log,
    });
    const entry: MachineEntry = {
      spec,
      machine,
      network,
      guestAttributes: new Map(),
      lastOperation: Promise.resolve(),
    };
    this.#entries.set(spec.name, entry);
    return entry;
  }

  /** Kills a machine and keeps its disk. */
  async #powerOff(name: string): Promise<void> {
    await this.#runExclusive(name, async ({ machine, network }) => {
      await machine.kill();
      await network.detach(name, true);
    });
  }

  async #startMachine({ spec, machine, network }: MachineEntry): Promise<void> {
    await network.attach(spec);
    try {
      await machine.start();
    } catch (error) {
      await machine.kill();
      await network.detach(spec.name, false);
      throw error;
    }
  }

  async #runExclusive(name: string, action: (entry: MachineEntry) => Promise<void>): Promise<void> {
    const entry = this.#getEntry(name);
    const operation = entry.lastOperation.catch(() => undefined).then(() => action(entry));
    entry.lastOperation = operation;
    await operation;
  }

  #getEntry(name: string): MachineEntry {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new Error(`no machine "${name}"`);
    return entry;
  }
}
