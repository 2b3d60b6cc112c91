/**
 * Lets works that hold the process go one after the other, for a slice of time each turn of the event loop. SQLite answers
 * within the call, so that busy runs would otherwise go on from answer to answer and nothing else would be seen to:
 * Slack's requests, timers, the machines.
 */
export class Slices {
  readonly #sliceMs: number;
  #waiting: (() => void)[] = [];

  constructor(sliceMs = 10) {
    this.#sliceMs = sliceMs;
  }

  /** In its turn. @param work does all that it does before it first waits */
  run<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => work().then(resolve, reject));
      if (this.#waiting.length === 1) setImmediate(() => this.#slice());
    });
  }

  #slice(): void {
    const until = performance.now() + this.#sliceMs;
    const works = this.#waiting;
    let done = 0;
    while (done < works.length && performance.now() < until) works[done++]?.();
    this.#waiting = works.slice(done);
    if (this.#waiting.length > 0) setImmediate(() => this.#slice());
  }
}
