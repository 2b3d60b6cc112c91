/** Runs work sequentially per key, in order of arrival. */
export class KeyedMutex {
  readonly #tails = new Map<string, Promise<unknown>>();

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const previous = this.#tails.get(key) ?? Promise.resolve();
    const current = previous.then(work, work);
    this.#tails.set(key, current);
    const cleanUp = (): void => {
      if (this.#tails.get(key) === current) this.#tails.delete(key);
    };
    current.then(cleanUp, cleanUp);
    return current;
  }
}
