import { setTimeout as sleep } from 'node:timers/promises';
import { VirtualClock } from '../test/fakes/clock.ts';

/** Real time, sped up: waits still take time, so concurrent work is measured. */
export class FastClock extends VirtualClock {
  readonly #startedMs = Date.now();
  readonly #speedup: number;

  constructor(speedup: number) {
    super();
    this.#speedup = speedup;
  }

  override readonly now = (): Date => new Date(this.#startedMs + (Date.now() - this.#startedMs) * this.#speedup);

  override readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    sleep(ms / this.#speedup, undefined, { signal });

  override async pauseDuring<T>(work: () => Promise<T>): Promise<T> {
    return await work();
  }
}
