import { setTimeout as sleep } from 'node:timers/promises';
import { VirtualClock } from '../test/fakes/clock.ts';

/** Real time, passing several times as fast: what waits does take time, so that there is something to be busy beside. */
export class FastClock extends VirtualClock {
  readonly #startedMs = Date.now();
  readonly #times: number;

  constructor(times: number) {
    super();
    this.#times = times;
  }

  override readonly now = (): Date => new Date(this.#startedMs + (Date.now() - this.#startedMs) * this.#times);

  override readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    sleep(ms / this.#times, undefined, { signal });

  override async during<T>(work: () => Promise<T>): Promise<T> {
    return await work();
  }
}
