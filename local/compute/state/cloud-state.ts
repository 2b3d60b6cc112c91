import { setTimeout as pause } from 'node:timers/promises';
import { getLastSegment } from '../api/links.ts';
import type { MachineBackend } from '../machine-backend.ts';
import { findNextAddress, listUsedAddresses } from './external-addresses.ts';
import { buildNetworkSpec } from './network-spec.ts';
import { Operations } from './operations.ts';
import type { Constraint } from './organization-policies.ts';
import { Project } from './project.ts';

export interface CloudStateOptions {
  readonly machines: MachineBackend;
  readonly addressBlock: number;
  readonly operationDelayMs: number;
  readonly quotas: Readonly<Record<string, number>>;
  /** Policies that the organization of every project enforces. */
  readonly organizationPolicies: readonly Constraint[];
  /** Longest wait of `operations.wait`, in milliseconds. */
  readonly waitTimeoutMs: number;
  /** Delays operations; tests replace it. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** State of the emulator, in memory. */
export class CloudState {
  readonly options: CloudStateOptions;
  readonly machines: MachineBackend;
  readonly #projects = new Map<string, Project>();
  readonly #closing = new AbortController();
  readonly #networkUpdates = new Map<string, { running: Promise<void>; next: Promise<void> | undefined }>();
  /** The last allocated external address. */
  lastAddress: string | undefined;
  /** Called after each change of the state. */
  onChange: () => void = () => undefined;

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
    const onChange = () => this.onChange();
    const operations = new Operations(id, { delayMs, sleep, closingSignal: this.#closing.signal, onChange });
    const created = new Project(id, operations);
    this.#projects.set(id, created);
    return created;
  }

  /**
   * Reconciles the network with the project's state. Changes during a reconciliation are applied together afterwards.
   */
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

  /** Deletes the network after pending reconciliations. */
  async removeNetwork(network: string): Promise<void> {
    await this.#networkUpdates.get(network)?.running.catch(() => undefined);
    await this.machines.removeNetwork(getLastSegment(network));
  }

  /** Allocates a free external address; static and ephemeral ones share a block. @throws ApiError */
  allocateAddress(): string {
    const usedAddresses = new Set(this.projects.flatMap((project) => listUsedAddresses(project)));
    this.lastAddress = findNextAddress(this.options.addressBlock, usedAddresses, this.lastAddress);
    return this.lastAddress;
  }

  /** Waits for running operations, then closes the machine backend. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the Compute Engine emulator is shutting down'));
    const done = this.projects.flatMap((project) => project.operations.list().map((operation) => operation.done));
    const deadline = new AbortController();
    const timeout = pause(30_000, undefined, { signal: deadline.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled(done), timeout]);
    deadline.abort();
    await this.machines.close();
  }
}
