export interface Backoff {
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** @default 2 */
  readonly factor?: number;
}

/**
 * Computes the exponential back-off delay before the next attempt, in milliseconds.
 * @param failures number of failed attempts so far, at least 1
 */
export function computeBackoffDelay({ firstDelayMs, maxDelayMs, factor = 2 }: Backoff, failures: number): number {
  return Math.min(firstDelayMs * factor ** (failures - 1), maxDelayMs);
}
