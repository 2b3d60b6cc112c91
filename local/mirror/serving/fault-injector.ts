import { z } from 'zod';

const faultSchema = z.strictObject({
  /** A part of the path, as in `/kubelet` */
  match: z.string().min(1),
  /** Number of affected requests. */
  times: z.int().positive(),
  /** Status code to return instead of the file. */
  status: z.int().min(400).max(599).optional(),
  /** Delay before the response. */
  delayMs: z.int().nonnegative().optional(),
  bytesPerSecond: z.int().positive().optional(),
  /** Corrupts one byte of the response. */
  corrupt: z.literal(true).optional(),
});

/** Body of `POST /_local/faults`; replaces all faults. */
export const faultsSchema = z.array(faultSchema);
export type Fault = z.infer<typeof faultSchema>;

/** Faults that have not been triggered yet. */
export class FaultInjector {
  #remaining: Fault[] = [];

  replace(faults: readonly Fault[]): void {
    this.#remaining = faults.map((fault) => ({ ...fault }));
  }

  list(): readonly Fault[] {
    return this.#remaining;
  }

  /** Returns the fault for a request of this path, if any, and decrements its count. HEAD has no body to slow or corrupt. */
  takeFault(path: string, method: string | undefined): Fault | undefined {
    const fault = this.#remaining.find(
      ({ match, status, delayMs }) =>
        path.includes(match) && (method !== 'HEAD' || status !== undefined || delayMs !== undefined),
    );
    if (fault === undefined) return undefined;
    const appliedFault = { ...fault };
    fault.times--;
    this.#remaining = this.#remaining.filter(({ times }) => times > 0);
    return appliedFault;
  }
}
