/**
 * Lets works that hold the process go one after the other, for a slice of time each turn of the event loop. SQLite answers
 * within the call, so that busy runs would otherwise go on from answer to answer and nothing else would be seen to:
 * Slack's requests, timers, the machines.
 */
export class CooperativeQueue {
  readonly #sliceMs: number;
  #queue: (() => void)[] = [];

  constructor(sliceMs = 10) {
    this.#sliceMs = sliceMs;
  }

  /** In its turn. @param work does all that it does before it first waits */
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
