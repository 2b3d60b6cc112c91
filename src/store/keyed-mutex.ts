/** Lets works of the same key go one after the other, in the order they came; those of other keys side by side. */
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
