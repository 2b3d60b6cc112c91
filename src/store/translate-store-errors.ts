import { StoreUnavailable } from './errors/store-unavailable.ts';
import type { Store } from './store.ts';
import { wrapStore } from './wrap-store.ts';

/**
 * Wraps a store so that transient errors become StoreUnavailable.
 * @param schedule decides when a call starts @default at once
 */
export function translateStoreErrors(
  store: Store,
  isTransient: (error: unknown) => boolean,
  schedule: <T>(call: () => Promise<T>) => Promise<T> = (call) => call(),
): Store {
  return wrapStore(async (call, method) => {
    if (method === 'close') return await call(store);
    try {
      return await schedule(() => call(store));
    } catch (cause) {
      if (!isTransient(cause)) throw cause;
      throw new StoreUnavailable(`the store: ${(cause as Error).message}; try again later`, { cause });
    }
  });
}
