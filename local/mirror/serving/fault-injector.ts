import { z } from 'zod';

const faultSchema = z.strictObject({
  /** A part of the path, as in `/kubelet` */
  match: z.string().min(1),
  /** How many requests it befalls. */
  times: z.int().positive(),
  /** Answered instead of the file. */
  status: z.int().min(400).max(599).optional(),
  /** Waited before the answer. */
  delayMs: z.int().nonnegative().optional(),
  bytesPerSecond: z.int().positive().optional(),
  /** One byte of what is sent is another. */
  corrupt: z.literal(true).optional(),
});

/** What `POST /_local/faults` takes: replaces all faults. */
export const faultsSchema = z.array(faultSchema);
export type Fault = z.infer<typeof faultSchema>;

/** The faults that are still to come. */
export class FaultInjector {
  #remaining: Fault[] = [];

  replace(faults: readonly Fault[]): void {
    this.#remaining = faults.map((fault) => ({ ...fault }));
  }

  list(): readonly Fault[] {
    return this.#remaining;
  }

  /** The fault that befalls a request for this path, if any; counts it. */
  takeFault(path: string): Fault | undefined {
    const fault = this.#remaining.find(({ match }) => path.includes(match));
    if (fault === undefined) return undefined;
    const appliedFault = { ...fault };
    fault.times--;
    this.#remaining = this.#remaining.filter(({ times }) => times > 0);
    return appliedFault;
  }
}
