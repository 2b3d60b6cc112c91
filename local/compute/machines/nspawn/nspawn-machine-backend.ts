import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineLimits, MachineMetadata, MachinePlan, Machines, NetworkPlan } from '../../machine-backend.ts';
import { defaultCacheDir, ensureBase } from '../guest/ensure-rootfs.ts';
import { writeGuestLayer } from '../guest/guest-layer.ts';
import { requireHost } from '../host/assert-host-requirements.ts';
import { sweep, sweepAfter } from '../host/clean-up.ts';
import { tagOf } from '../host/emulator-id.ts';
import { registry } from '../host/emulator-registry.ts';
import { namesOf } from '../host/host-resource-names.ts';
import { type Guardian, postGuardian } from '../host/watchdog.ts';
import type { InternetService } from '../network/network-routes.ts';
import { Network } from '../network/virtual-network.ts';
import { Machine } from './nspawn-machine.ts';

/** What machines on this host need to know. */
export interface NspawnOptions {
  /** Disks and sockets of this run's machines; on a real file system, not an overlay. One process at a time. */
  readonly stateDir?: string;
  /** The root file system that all runs share. */
  readonly cacheDir?: string;
  /** Services on loopback addresses of the host which machines reach under the same address and port. */
  readonly internet: readonly InternetService[];
  /** How long a machine has for an orderly shutdown. */
  readonly stopMs?: number;
  readonly log?: (line: string) => void;
}

/** {@link Machines}, and what only real ones can do. */
export interface NspawnMachines extends Machines {
  /** Ends a machine as if its plug was pulled, and boots it again. */
  reset(name: string): Promise<void>;
}

/**
 * Machines as systemd-nspawn containers in network namespaces and cgroups of their own. What a run that crashed has left
 * is removed first.
 * @throws Error when this isn't Linux with root and the programs needed, or another process uses the state folder
 */
export async function openNspawnMachines(options: NspawnOptions): Promise<NspawnMachines> {
  requireHost();
  const log = options.log ?? (() => undefined);
  const wanted = options.stateDir ?? '/var/tmp/kthw';
  const base = await ensureBase(options.cacheDir ?? defaultCacheDir(), log);
  await mkdir(wanted, { recursive: true, mode: 0o755 });
  const stateDir = await realpath(wanted);
  await sweep(stateDir, async () => await registry.enter(tagOf(stateDir), stateDir));
  const guardian = postGuardian(stateDir);
  const guest = join(stateDir, 'guest');
  await writeGuestLayer(guest);
  await mkdir(join(stateDir, 'networks'), { recursive: true });
  return new Host({
    stateDir,
    guardian,
    layers: [guest, base],
    internet: options.internet,
    stopMs: options.stopMs ?? 20_000,
    log,
  });
}

interface HostOptions {
  readonly stateDir: string;
  readonly guardian: Guardian;
  readonly layers: readonly string[];
  readonly internet: readonly InternetService[];
  readonly stopMs: number;
  readonly log: (line: string) => void;
}

interface Entry {
  plan: MachinePlan;
  readonly machine: Machine;
  readonly network: Network;
  readonly guest: Map<string, string>;
  /** The last operation on it; the next one waits. */
  turn: Promise<unknown>;
}

class Host implements NspawnMachines {
  readonly #options: HostOptions;
  readonly #names: ReturnType<typeof namesOf>;
  readonly #networks = new Map<string, Promise<Network>>();
  readonly #entries = new Map<string, Entry>();
  #closing: Promise<void> | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#names = namesOf(tagOf(options.stateDir));
  }

  async shapeNetwork(plan: NetworkPlan): Promise<void> {
    let opening = this.#networks.get(plan.name);
    if (opening === undefined) {
      opening = this.#openNetwork(plan.name);
      this.#networks.set(plan.name, opening);
      opening.catch(() => this.#networks.delete(plan.name));
    }
    const network = await opening;
    network.plan = plan;
    await network.apply();
  }

  async removeNetwork(name: string): Promise<void> {
    const network = await this.#networks.get(name);
    if (network === undefined) return;
    const user = [...this.#entries.values()].find((entry) => entry.network === network);
    if (user !== undefined) throw new Error(`cannot remove network "${name}": machine "${user.plan.name}" is in it`);
    this.#networks.delete(name);
    await network.close();
  }

  async create(plan: MachinePlan): Promise<void> {
    if (this.#entries.has(plan.name))
      throw new Error(`cannot create machine "${plan.name}": there is one of that name`);
    const opening = this.#networks.get(plan.network);
    if (opening === undefined) throw new Error(`cannot create machine "${plan.name}": no network "${plan.network}"`);
    const network = await opening;
    const { stateDir, layers, stopMs, log } = this.#options;
    const folder = join(stateDir, 'machines', plan.name);
    const poweredOff = () => {
      log(`machine "${plan.name}": is off`);
      this.stop(plan.name).catch((error: unknown) => log(`machine "${plan.name}": ${String(error)}`));
    };
    const { hostsFile } = network;
    const machine = new Machine(plan, { names: this.#names, folder, layers, hostsFile, stopMs, poweredOff, log });
    const entry: Entry = { plan, machine, network, guest: new Map(), turn: Promise.resolve() };
    this.#entries.set(plan.name, entry);
    await this.#inTurn(plan.name, async () => {
      await mkdir(folder, { recursive: true });
      await this.#start(entry);
    });
  }

  async start(name: string): Promise<void> {
    await this.#inTurn(name, async (entry) => {
      if (!entry.machine.isRunning) await this.#start(entry);
    });
  }

  async stop(name: string): Promise<void> {
    await this.#inTurn(name, async ({ machine, network }) => {
      await machine.stop();
      await network.detach(name, false);
    });
  }

  async reset(name: string): Promise<void> {
    await this.#inTurn(name, async ({ machine }) => {
      await machine.kill();
      await machine.start();
    });
  }

  async resize(name: string, limits: MachineLimits): Promise<void> {
    await this.#inTurn(name, async ({ machine }) => await machine.resize(limits));
  }

  async remove(name: string): Promise<void> {
    await this.#inTurn(name, async ({ machine, network }) => {
      await machine.kill();
      await network.detach(name, true);
      await machine.remove();
      this.#entries.delete(name);
    });
  }

  async setMetadata(name: string, metadata: MachineMetadata): Promise<void> {
    const entry = this.#find(name);
    entry.plan = { ...entry.plan, metadata };
    entry.network.metadata.changed();
  }

  guestAttributes(name: string): ReadonlyMap<string, string> {
    return this.#find(name).guest;
  }

  async console(name: string): Promise<string> {
    return await this.#find(name).machine.console();
  }

  health(externalAddress: string, internalAddress: string): 'HEALTHY' | 'UNHEALTHY' {
    const healthy = [...this.#opened].some((network) => network.isHealthy(externalAddress, internalAddress));
    return healthy ? 'HEALTHY' : 'UNHEALTHY';
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  readonly #opened = new Set<Network>();

  async #close(): Promise<void> {
    const names = [...this.#entries.keys()];
    await Promise.allSettled(names.map((name) => this.remove(name)));
    await Promise.allSettled([...this.#networks.keys()].map((name) => this.removeNetwork(name)));
    await sweepAfter(this.#options.stateDir, process.pid);
    await this.#options.guardian.dismiss();
  }

  async #openNetwork(name: string): Promise<Network> {
    const { stateDir, internet, log } = this.#options;
    const network = new Network({
      name,
      names: this.#names,
      folder: join(stateDir, 'networks'),
      internet,
      log,
      record: (machine) => {
        const entry = this.#entries.get(machine);
        return entry === undefined ? undefined : { machine: entry.plan, guest: entry.guest };
      },
    });
    await network.open();
    this.#opened.add(network);
    return network;
  }

  async #start({ plan, machine, network }: Entry): Promise<void> {
    await network.attach(plan);
    try {
      await machine.start();
    } catch (error) {
      await machine.kill();
      await network.detach(plan.name, false);
      throw error;
    }
  }

  async #inTurn(name: string, action: (entry: Entry) => Promise<void>): Promise<void> {
    const entry = this.#find(name);
    const turn = entry.turn.catch(() => undefined).then(() => action(entry));
    entry.turn = turn;
    await turn;
  }

  #find(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new Error(`no machine "${name}"`);
    return entry;
  }
}
