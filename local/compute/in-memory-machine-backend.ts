import type { MachineBackend, MachineMetadata, MachineSpec, NetworkSpec } from './machine-backend.ts';

type BackendOperation =
  | 'shapeNetwork'
  | 'removeNetwork'
  | 'create'
  | 'start'
  | 'stop'
  | 'resize'
  | 'remove'
  | 'setMetadata'
  | 'setTags';
type BeforeOperation = (operation: BackendOperation, name: string) => void | Promise<void>;

/** In-memory {@link MachineBackend} for API tests and for hosts that cannot run machines. */
export class InMemoryMachineBackend implements MachineBackend {
  readonly networks = new Map<string, NetworkSpec>();
  readonly machines = new Map<string, MachineSpec & { running: boolean }>();
  readonly attributes = new Map<string, Map<string, string>>();
  readonly unhealthyAddresses = new Set<string>();
  /** Machines that cannot be restored. */
  readonly lostDisks = new Set<string>();
  /** Called before each operation. Throw to make it fail; return a promise to delay it. */
  onBeforeOperation: BeforeOperation = () => undefined;

  async applyNetwork(spec: NetworkSpec): Promise<void> {
    await this.onBeforeOperation('shapeNetwork', spec.name);
    this.networks.set(spec.name, spec);
  }

  async removeNetwork(name: string): Promise<void> {
    await this.onBeforeOperation('removeNetwork', name);
    this.networks.delete(name);
  }

  async create(machine: MachineSpec): Promise<void> {
    await this.onBeforeOperation('create', machine.name);
    if (!this.networks.has(machine.network))
      throw new Error(`cannot create machine "${machine.name}": no network "${machine.network}"`);
    this.machines.set(machine.name, { ...machine, running: true });
  }

  async restore(machine: MachineSpec, isRunning: boolean): Promise<boolean> {
    const hasDisk = !this.lostDisks.has(machine.name);
    this.machines.set(machine.name, { ...machine, running: isRunning && hasDisk });
    return hasDisk;
  }

  async removeDisk(): Promise<void> {}

  start(name: string): Promise<void> {
    return this.#updateMachine('start', name, { running: true });
  }

  stop(name: string): Promise<void> {
    return this.#updateMachine('stop', name, { running: false });
  }

  resize(name: string, limits: MachineSpec['limits']): Promise<void> {
    return this.#updateMachine('resize', name, { limits });
  }

  async remove(name: string): Promise<void> {
    await this.onBeforeOperation('remove', name);
    this.machines.delete(name);
  }

  setMetadata(name: string, metadata: MachineMetadata): Promise<void> {
    return this.#updateMachine('setMetadata', name, { metadata });
  }

  setTags(name: string, tags: readonly string[]): Promise<void> {
    return this.#updateMachine('setTags', name, { tags });
  }

  getGuestAttributes(name: string): ReadonlyMap<string, string> {
    return this.attributes.get(name) ?? new Map();
  }

  async readConsole(name: string): Promise<string> {
    return `${name} login: `;
  }

  getHealth(_externalAddress: string, internalAddress: string): 'HEALTHY' | 'UNHEALTHY' {
    return this.unhealthyAddresses.has(internalAddress) ? 'UNHEALTHY' : 'HEALTHY';
  }

  async close(): Promise<void> {
    this.machines.clear();
    this.networks.clear();
  }

  async #updateMachine(
    operation: BackendOperation,
    name: string,
    change: Partial<MachineSpec & { running: boolean }>,
  ): Promise<void> {
    await this.onBeforeOperation(operation, name);
    const machine = this.machines.get(name);
    if (machine === undefined) throw new Error(`cannot ${operation} machine "${name}": not found`);
    this.machines.set(name, { ...machine, ...change });
  }
}
