/** Caches values by key. Failures are not cached. */
export class TtlCache<T> {
  readonly #now: () => Date;
  readonly #ttlMs: number;
  readonly #entries = new Map<string, { readonly value: T; readonly expiresAt: number }>();

  constructor(now: () => Date, ttlMs: number) {
    this.#now = now;
    this.#ttlMs = ttlMs;
  }

  getCached(key: string): T | undefined {
    const cachedEntry = this.#entries.get(key);
    return cachedEntry && cachedEntry.expiresAt > +this.#now() ? cachedEntry.value : undefined;
  }

  async getOrLoad(key: string, load: () => Promise<T>): Promise<T> {
    const cached = this.getCached(key);
    if (cached !== undefined) return cached;
    const value = await load();
    this.#entries.set(key, { value, expiresAt: +this.#now() + this.#ttlMs });
    return value;
  }
}
