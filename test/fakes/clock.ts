import { setTimeout as sleepInRealTime } from 'node:timers/promises';
import type { Clock } from '../../src/engine/workflow/step.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

export interface FakeClockOptions {
  /** @default 2026-03-01T12:00:00Z, or the current time with `speedup` */
  readonly start?: Date;
  /**
   * Follows real time, this many times faster, so that tests measure concurrent work or wait for other processes.
   * @default none: virtual time, in which a sleep takes no real time
   */
  readonly speedup?: number;
}

/**
 * The one fake of `Clock`. In virtual time it jumps to the next sleeper once this process has no other work. Sleepers of
 * the same moment wake in the order of their calls.
 */
export class FakeClock implements Clock {
  readonly #speedup: number | undefined;
  readonly #startedAtMs = Date.now();
  #nowMs: number;
  #sleepers: Sleeper[] = [];
  #pauseCount = 0;
  #isTickScheduled = false;

  constructor({ speedup, start = speedup === undefined ? defaultStart : new Date() }: FakeClockOptions = {}) {
    this.#speedup = speedup;
    this.#nowMs = start.getTime();
  }

  readonly now = (): Date => new Date(this.#nowMs + (Date.now() - this.#startedAtMs) * (this.#speedup ?? 0));

  /** @throws the signal's reason */
  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    this.#speedup === undefined
      ? this.#sleepInVirtualTime(ms, signal)
      : sleepInRealTime(ms / this.#speedup, undefined, { ...(signal ? { signal } : {}) });

  /** Stops virtual time while `work` runs, such as key generation in the thread pool. */
  async pauseDuring<T>(work: () => Promise<T>): Promise<T> {
    this.#pauseCount++;
    try {
      return await work();
    } finally {
      this.#pauseCount--;
      this.#scheduleTick();
    }
  }

  /** Moves the time forward, as for a process that was suspended: overdue sleepers wake afterwards. */
  advance(ms: number): void {
    this.#nowMs += ms;
  }

  #sleepInVirtualTime(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (!Number.isFinite(ms)) return reject(new Error(`a sleep of ${ms} ms would stop the clock`));
      const abort = (): void => {
        this.#sleepers = this.#sleepers.filter((s) => s !== sleeper);
        reject(signal?.reason);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const sleeper: Sleeper = { until: this.#nowMs + Math.max(0, ms), wake };
      signal?.addEventListener('abort', abort, { once: true });
      this.#sleepers.push(sleeper);
      this.#scheduleTick();
    });
  }

  #scheduleTick(): void {
    if (this.#isTickScheduled || this.#pauseCount > 0 || this.#sleepers.length === 0) return;
    this.#isTickScheduled = true;
    setImmediate(() => {
      this.#isTickScheduled = false;
      if (this.#pauseCount === 0) this.#wakeNext();
      this.#scheduleTick();
    });
  }

  #wakeNext(): void {
    // The last sleeper may have been aborted since the tick was scheduled. Without one, time stands still.
    if (this.#sleepers.length === 0) return;
    const next = Math.min(...this.#sleepers.map((s) => s.until));
    this.#nowMs = Math.max(this.#nowMs, next);
    const due = this.#sleepers.filter((s) => s.until <= next);
    this.#sleepers = this.#sleepers.filter((s) => s.until > next);
    for (const { wake } of due) wake();
  }
}

const defaultStart = new Date('2026-03-01T12:00:00Z');
