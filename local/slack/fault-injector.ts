import { z } from 'zod';

/** Schema of a fault to inject into the next calls of a method. */
export const faultSchema = z.strictObject({
  /** An API method, `response_url`, `upload`, or `*` for any. */
  method: z.string(),
  times: z.int().min(1).default(1),
  /** Respond with this HTTP status. */
  status: z.int().min(400).max(599).optional(),
  /** Respond with `{ok: false, error}`. */
  error: z.string().optional(),
  /** Respond with 429 and this Retry-After, in seconds. */
  retryAfterSec: z.int().min(0).optional(),
  /** Drop the connection before or after the call takes effect. The caller cannot tell which. */
  cut: z.enum(['before', 'after']).optional(),
  /** Delay before the call or before the other effects of the fault, in ms. */
  delayMs: z.int().min(0).max(60_000).optional(),
});

export type Fault = z.infer<typeof faultSchema>;

/** Queues of faults, first in, first out per method. */
export class FaultInjector {
  #pending: Fault[] = [];

  add(faults: readonly Fault[]): void {
    this.#pending.push(...faults.map((fault) => ({ ...fault })));
  }

  clear(): void {
    this.#pending = [];
  }

  list(): readonly Fault[] {
    return this.#pending;
  }

  /** Removes and returns the next fault for a call. */
  consume(method: string): Fault | undefined {
    const fault = this.#pending.find((one) => one.method === method || one.method === '*');
    if (!fault) return undefined;
    fault.times -= 1;
    if (fault.times < 1) this.#pending = this.#pending.filter((one) => one !== fault);
    return fault;
  }
}
