import type { Clock } from '../../src/engine/workflow/step.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/**
 * A clock on which waiting takes no real time: once everything else that this process can do is done, it jumps to the
 * next moment that somebody sleeps until. Two sleepers of the same moment wake in the order in which they lay down.
 * `pauseDuring` holds it while real work (a key that is made in the thread pool) is under way. `jump` is what a suspended
 * machine sees: time is gone, nobody woke up in between.
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  #sleepers: Sleeper[] = [];
  #pauseCount = 0;
  #isTickScheduled = false;

  constructor(start = new Date('2026-03-01T12:00:00Z')) {
    this.#nowMs = start.getTime();
  }

  readonly now = (): Date => new Date(this.#nowMs);

  /** @throws the signal's reason */
  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const abort = (): void => {
        this.#sleepers = this.#sleepers.filter((s) => s !== sleeper);
        reject(signal.reason);
      };
      const wake = (): void => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const sleeper: Sleeper = { until: this.#nowMs + Math.max(0, ms), wake };
      signal.addEventListener('abort', abort, { once: true });
      this.#sleepers.push(sleeper);
      this.#scheduleTick();
    });

  /** Time does not pass while `work` is under way. */
  async pauseDuring<T>(work: () => Promise<T>): Promise<T> {
    this.#pauseCount++;
    try {
      return await work();
    } finally {
      this.#pauseCount--;
      this.#scheduleTick();
    }
  }

  /** Time passes at once, and only then do those wake who should have woken meanwhile. */
  jump(ms: number): void {
    this.#nowMs += ms;
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
    const next = Math.min(...this.#sleepers.map((s) => s.until));
    this.#nowMs = Math.max(this.#nowMs, next);
    const due = this.#sleepers.filter((s) => s.until <= next);
    this.#sleepers = this.#sleepers.filter((s) => s.until > next);
    for (const { wake } of due) wake();
  }
}
