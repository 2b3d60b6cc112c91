/** Limits concurrency; waiters proceed in order. */
export class Semaphore {
  #available: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#available = count;
  }

  /** Acquires a permit and returns its release function. Rejects with the signal's reason if aborted while waiting. */
  async acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#available > 0) this.#available -= 1;
    else await this.#waitForPermit(signal);
    return callOnce(() => this.#release());
  }

  #waitForPermit(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const grant = (): void => {
        signal.removeEventListener('abort', stopWaiting);
        resolve();
      };
      const stopWaiting = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(grant), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', stopWaiting, { once: true });
      this.#waiting.push(grant);
    });
  }

  #release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#available += 1;
  }
}

function callOnce(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
