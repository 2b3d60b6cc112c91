import type { Store } from './store.ts';
import { StoreAway } from './store-errors.ts';

/**
 * The store with errors that pass by themselves turned into StoreAway.
 * @param inTurn when each call is made; @default at once
 */
export function tellingAway(
  store: Store,
  passes: (error: unknown) => boolean,
  inTurn: <T>(call: () => Promise<T>) => Promise<T> = (call) => call(),
): Store {
  async function told<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await inTurn(call);
    } catch (cause) {
      if (!passes(cause)) throw cause;
      throw new StoreAway(`the store: ${(cause as Error).message}; try again later`, { cause });
    }
  }
  return {
    read: (kind, id) => told(() => store.read(kind, id)),
    write: (kind, id, value, ifVersion) => told(() => store.write(kind, id, value, ifVersion)),
    remove: (kind, id, ifVersion) => told(() => store.remove(kind, id, ifVersion)),
    list: (kind, page) => told(() => store.list(kind, page)),
    openRuns: () => told(() => store.openRuns()),
    takeLease: (run, holder, ttlMs) => told(() => store.takeLease(run, holder, ttlMs)),
    renewLease: (lease, ttlMs) => told(() => store.renewLease(lease, ttlMs)),
    releaseLease: (lease) => told(() => store.releaseLease(lease)),
    append: (run, events, lease) => told(() => store.append(run, events, lease)),
    events: (run, after) => told(() => store.events(run, after)),
    close: () => store.close(),
  };
}
