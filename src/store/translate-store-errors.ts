import type { Store } from './store.ts';
import { StoreUnavailable } from './store-errors.ts';

/**
 * The store with errors that pass by themselves turned into StoreUnavailable.
 * @param schedule when each call is made; @default at once
 */
export function translateStoreErrors(
  store: Store,
  isTransient: (error: unknown) => boolean,
  schedule: <T>(call: () => Promise<T>) => Promise<T> = (call) => call(),
): Store {
  async function callStore<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await schedule(call);
    } catch (cause) {
      if (!isTransient(cause)) throw cause;
      throw new StoreUnavailable(`the store: ${(cause as Error).message}; try again later`, { cause });
    }
  }
  return {
    read: (kind, id) => callStore(() => store.read(kind, id)),
    write: (kind, id, value, ifVersion) => callStore(() => store.write(kind, id, value, ifVersion)),
    remove: (kind, id, ifVersion) => callStore(() => store.remove(kind, id, ifVersion)),
    list: (kind, page) => callStore(() => store.list(kind, page)),
    listOpenRuns: () => callStore(() => store.listOpenRuns()),
    acquireLease: (run, owner, ttlMs) => callStore(() => store.acquireLease(run, owner, ttlMs)),
    renewLease: (lease, ttlMs) => callStore(() => store.renewLease(lease, ttlMs)),
    releaseLease: (lease) => callStore(() => store.releaseLease(lease)),
    append: (run, events, lease) => callStore(() => store.append(run, events, lease)),
    readEvents: (run, after) => callStore(() => store.readEvents(run, after)),
    close: () => store.close(),
  };
}
