import { z } from 'zod';

/** A fault to inject into the next calls of a method. */
export const faultSchema = z.strictObject({
  /** An API method, `response_url`, `upload`, or `*` for any. */
  method: z.string(),
  times: z.int().min(1).default(1),
  /** Answer with this HTTP status. */
  status: z.int().min(400).max(599).optional(),
  /** Answer `{ok: false, error}`. */
  error: z.string().optional(),
  /** Answer 429 with this Retry-After. */
  retryAfterSec: z.int().min(0).optional(),
  /** Cut the connection: before the call is carried out, or after it, so that the caller cannot know. */
  cut: z.enum(['before', 'after']).optional(),
  /** Wait before anything else. */
  delayMs: z.int().min(0).max(60_000).optional(),
});

/** A fault to inject. */
export type Fault = z.infer<typeof faultSchema>;

/** The faults still to come, first in, first out for each method. */
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

  /** The fault for this call, used up once. */
  consume(method: string): Fault | undefined {
    const fault = this.#pending.find((one) => one.method === method || one.method === '*');
    if (!fault) return undefined;
    fault.times -= 1;
    if (fault.times < 1) this.#pending = this.#pending.filter((one) => one !== fault);
    return fault;
  }
}
