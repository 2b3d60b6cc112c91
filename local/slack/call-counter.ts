/** How often a method was called, and how that ended. */
export interface CallCount {
  calls: number;
  ok: number;
  /** By the name of the error; a faulted call counts under `http_STATUS` or `cut`. */
  errors: Record<string, number>;
}

/** Counts calls by method, for tests and figures. */
export class CallCounter {
  #counts = new Map<string, CallCount>();

  /** @param outcome `ok`, or the name of the error */
  count(method: string, outcome: string): void {
    const count = this.#counts.get(method) ?? { calls: 0, ok: 0, errors: {} };
    count.calls += 1;
    if (outcome === 'ok') count.ok += 1;
    else count.errors[outcome] = (count.errors[outcome] ?? 0) + 1;
    this.#counts.set(method, count);
  }

  reset(): void {
    this.#counts = new Map();
  }

  getCounts(): Record<string, CallCount> {
    return Object.fromEntries(this.#counts);
  }
}
