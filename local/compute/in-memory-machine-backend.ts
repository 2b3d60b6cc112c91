import type { MachineMetadata, MachinePlan, Machines, NetworkPlan } from './machine-backend.ts';

type Work =
  | 'shapeNetwork'
  | 'removeNetwork'
  | 'create'
  | 'start'
  | 'stop'
  | 'resize'
  | 'remove'
  | 'setMetadata'
  | 'setTags';
type Before = (work: Work, name: string) => void | Promise<void>;

/** Machines that are only remembered: for the API's own tests, and to try the API where nothing can run. */
export class WithoutMachines implements Machines {
  readonly networks = new Map<string, NetworkPlan>();
  readonly machines = new Map<string, MachinePlan & { running: boolean }>();
  readonly attributes = new Map<string, Map<string, string>>();
  readonly unhealthy = new Set<string>();
  /** Called before each piece of work: throw to let it fail, return a promise to let it take its time. */
  before: Before = () => undefined;

  async shapeNetwork(plan: NetworkPlan): Promise<void> {
    await this.before('shapeNetwork', plan.name);
    this.networks.set(plan.name, plan);
  }

  async removeNetwork(name: string): Promise<void> {
    await this.before('removeNetwork', name);
    this.networks.delete(name);
  }

  async create(machine: MachinePlan): Promise<void> {
    await this.before('create', machine.name);
    if (!this.networks.has(machine.network)) throw new Error(`creating ${machine.name}: no network ${machine.network}`);
    this.machines.set(machine.name, { ...machine, running: true });
  }

  start(name: string): Promise<void> {
    return this.#change('start', name, { running: true });
  }

  stop(name: string): Promise<void> {
    return this.#change('stop', name, { running: false });
  }

  resize(name: string, limits: MachinePlan['limits']): Promise<void> {
    return this.#change('resize', name, { limits });
  }

  async remove(name: string): Promise<void> {
    await this.before('remove', name);
    this.machines.delete(name);
  }

  setMetadata(name: string, metadata: MachineMetadata): Promise<void> {
    return this.#change('setMetadata', name, { metadata });
  }

  setTags(name: string, tags: readonly string[]): Promise<void> {
    return this.#change('setTags', name, { tags });
  }

  guestAttributes(name: string): ReadonlyMap<string, string> {
    return this.attributes.get(name) ?? new Map();
  }

  async console(name: string): Promise<string> {
    return `${name} login: `;
  }

  health(_externalAddress: string, internalAddress: string): 'HEALTHY' | 'UNHEALTHY' {
    return this.unhealthy.has(internalAddress) ? 'UNHEALTHY' : 'HEALTHY';
  }

  async close(): Promise<void> {
    this.machines.clear();
    this.networks.clear();
  }

  async #change(work: Work, name: string, change: Partial<MachinePlan & { running: boolean }>): Promise<void> {
    await this.before(work, name);
    const machine = this.machines.get(name);
    if (machine === undefined) throw new Error(`${work} of ${name}: there is no such machine`);
    this.machines.set(name, { ...machine, ...change });
  }
}
