import { setTimeout as pause } from 'node:timers/promises';
import { lastOf } from '../api/links.ts';
import type { Machines } from '../machine-backend.ts';
import { inUse, nextAddress } from './external-addresses.ts';
import { networkPlan } from './network-spec.ts';
import { Operations } from './operations.ts';
import { Project } from './project.ts';

export interface WorldOptions {
  readonly machines: Machines;
  readonly block: number;
  readonly operationDelayMs: number;
  readonly quotas: Readonly<Record<string, number>>;
  /** How long `operations.wait` waits before it answers anyway. */
  readonly waitMs: number;
  /** How time passes while an operation is on its way. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** Everything the local cloud knows, in memory: its machines end with its process anyway. */
export class World {
  readonly options: WorldOptions;
  readonly machines: Machines;
  readonly #projects = new Map<string, Project>();
  readonly #closing = new AbortController();
  readonly #shaping = new Map<string, { running: Promise<void>; next: Promise<void> | undefined }>();
  #lastAddress: string | undefined;

  constructor(options: WorldOptions) {
    this.options = options;
    this.machines = options.machines;
  }

  get projects(): readonly Project[] {
    return [...this.#projects.values()];
  }

  project(id: string): Project {
    const found = this.#projects.get(id);
    if (found !== undefined) return found;
    const { operationDelayMs: delayMs, pause } = this.options;
    const operations = new Operations(id, { delayMs, pause, closing: this.#closing.signal });
    const made = new Project(id, operations);
    this.#projects.set(id, made);
    return made;
  }

  /** Makes the network what the project's state says. Changes that come while it works are done together after it. */
  shape(project: Project, network: string): Promise<void> {
    const work = async () => {
      if (project.has(network)) await this.machines.shapeNetwork(networkPlan(project, network));
    };
    const at = this.#shaping.get(network);
    if (at?.next !== undefined) return at.next;
    const begin = () => {
      const running = work();
      const entry = { running, next: undefined as Promise<void> | undefined };
      this.#shaping.set(network, entry);
      const ended = () => {
        if (entry.next === undefined) this.#shaping.delete(network);
      };
      running.then(ended, ended);
      return running;
    };
    if (at === undefined) return begin();
    at.next = at.running.then(begin, begin);
    return at.next;
  }

  /** Takes the network away, after whatever shapes it. */
  async unshape(network: string): Promise<void> {
    await this.#shaping.get(network)?.running.catch(() => undefined);
    await this.machines.removeNetwork(lastOf(network));
  }

  /** A free address of the block: a static one, an ephemeral one, both from the same. @throws ApiError */
  allot(): string {
    const taken = new Set(this.projects.flatMap((project) => inUse(project)));
    this.#lastAddress = nextAddress(this.options.block, taken, this.#lastAddress);
    return this.#lastAddress;
  }

  /** Lets what is being done to machines come to its end, then takes all of them down. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the local cloud is closing'));
    const done = this.projects.flatMap((project) => project.operations.all().map((operation) => operation.done));
    const deadline = new AbortController();
    const enough = pause(30_000, undefined, { signal: deadline.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled(done), enough]);
    deadline.abort();
    await this.machines.close();
  }
}
