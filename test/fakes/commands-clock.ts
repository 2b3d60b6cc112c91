import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/engine/workflow/step.ts';

/** A clock that jumps to the end of a sleep once everything else has had its turn. */
export class FakeClock implements Clock {
  #nowMs = Date.UTC(2026, 0, 5, 12);

  now(): Date {
    return new Date(this.#nowMs);
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const until = this.#nowMs + ms;
    await setImmediate();
    signal?.throwIfAborted();
    this.#nowMs = Math.max(this.#nowMs, until);
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
