/** Number of calls of a method, by outcome. */
export interface CallCount {
  calls: number;
  ok: number;
  /** Counts by error name; injected faults count as `http_STATUS` or `cut`. */
  errors: Record<string, number>;
}

/** Counts Web API calls by method, for tests and metrics. */
export class CallCounter {
  #counts = new Map<string, CallCount>();

  /** @param outcome `ok` or an error name */
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
