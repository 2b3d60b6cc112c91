import { setTimeout as pause } from 'node:timers/promises';
import { getLastSegment } from '../api/links.ts';
import type { MachineBackend } from '../machine-backend.ts';
import { findNextAddress, listUsedAddresses } from './external-addresses.ts';
import { buildNetworkSpec } from './network-spec.ts';
import { Operations } from './operations.ts';
import { Project } from './project.ts';

export interface CloudStateOptions {
  readonly machines: MachineBackend;
  readonly addressBlock: number;
  readonly operationDelayMs: number;
  readonly quotas: Readonly<Record<string, number>>;
  /** How long `operations.wait` waits before it answers anyway. */
  readonly waitTimeoutMs: number;
  /** How time passes while an operation is on its way. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** Everything the local cloud knows, in memory: its machines end with its process anyway. */
export class CloudState {
  readonly options: CloudStateOptions;
  readonly machines: MachineBackend;
  readonly #projects = new Map<string, Project>();
  readonly #closing = new AbortController();
  readonly #networkUpdates = new Map<string, { running: Promise<void>; next: Promise<void> | undefined }>();
  #lastAddress: string | undefined;

  constructor(options: CloudStateOptions) {
    this.options = options;
    this.machines = options.machines;
  }

  get projects(): readonly Project[] {
    return [...this.#projects.values()];
  }

  project(id: string): Project {
    const found = this.#projects.get(id);
    if (found !== undefined) return found;
    const { operationDelayMs: delayMs, sleep } = this.options;
    const operations = new Operations(id, { delayMs, sleep, closingSignal: this.#closing.signal });
    const created = new Project(id, operations);
    this.#projects.set(id, created);
    return created;
  }

  /** Makes the network what the project's state says. Changes that come while it works are done together after it. */
  applyNetwork(project: Project, network: string): Promise<void> {
    const applySpec = async () => {
      if (project.has(network)) await this.machines.applyNetwork(buildNetworkSpec(project, network));
    };
    const update = this.#networkUpdates.get(network);
    if (update?.next !== undefined) return update.next;
    const startUpdate = () => {
      const running = applySpec();
      const entry = { running, next: undefined as Promise<void> | undefined };
      this.#networkUpdates.set(network, entry);
      const ended = () => {
        if (entry.next === undefined) this.#networkUpdates.delete(network);
      };
      running.then(ended, ended);
      return running;
    };
    if (update === undefined) return startUpdate();
    update.next = update.running.then(startUpdate, startUpdate);
    return update.next;
  }

  /** Takes the network away, after whatever shapes it. */
  async removeNetwork(network: string): Promise<void> {
    await this.#networkUpdates.get(network)?.running.catch(() => undefined);
    await this.machines.removeNetwork(getLastSegment(network));
  }

  /** A free address of the block: a static one, an ephemeral one, both from the same. @throws ApiError */
  allocateAddress(): string {
    const usedAddresses = new Set(this.projects.flatMap((project) => listUsedAddresses(project)));
    this.#lastAddress = findNextAddress(this.options.addressBlock, usedAddresses, this.#lastAddress);
    return this.#lastAddress;
  }

  /** Lets what is being done to machines come to its end, then takes all of them down. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the local cloud is closing'));
    const done = this.projects.flatMap((project) => project.operations.list().map((operation) => operation.done));
    const deadline = new AbortController();
    const timeout = pause(30_000, undefined, { signal: deadline.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled(done), timeout]);
    deadline.abort();
    await this.machines.close();
  }
}
