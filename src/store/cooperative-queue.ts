/**
 * Runs blocking work sequentially, for one time slice per turn of the event loop. SQLite calls are synchronous, so busy runs
 * would otherwise starve Slack requests, timers and SSH connections.
 */
export class CooperativeQueue {
  readonly #sliceMs: number;
  #queue: (() => void)[] = [];

  constructor(sliceMs = 10) {
    this.#sliceMs = sliceMs;
  }

  /** @param work does its blocking part before its first await */
  run<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#queue.push(() => work().then(resolve, reject));
      if (this.#queue.length === 1) setImmediate(() => this.#runSlice());
    });
  }

  #runSlice(): void {
    const sliceEnd = performance.now() + this.#sliceMs;
    const queue = this.#queue;
    let done = 0;
    while (done < queue.length && performance.now() < sliceEnd) queue[done++]?.();
    this.#queue = queue.slice(done);
    if (this.#queue.length > 0) setImmediate(() => this.#runSlice());
  }
}
