import type { Store } from '../../src/store/store.ts';
import { StoreUnavailable } from '../../src/store/store-errors.ts';

export interface LeavingStore extends Store {
  /** Goes away in the call that comes after so many more: `before` it has its effect, or `after`. */
  leaveAt(calls: number, when: 'before' | 'after', left?: () => void): void;
  /** The store itself, which is there all the time. */
  readonly inner: Store;
  comeBack(): void;
}

/** A store that can be away, as one behind a network can. */
export function leavingStore(store: Store): LeavingStore {
  let left = Number.POSITIVE_INFINITY;
  let losing: 'before' | 'after' = 'before';
  let away = false;
  let told = () => {};

  function leave(): void {
    away = true;
    told();
  }

  async function meet<T>(call: () => Promise<T>): Promise<T> {
    const leaves = !away && left-- === 0;
    if (away || (leaves && losing === 'before')) {
      if (leaves) leave();
      throw new StoreUnavailable('the store is away');
    }
    const result = await call();
    if (!leaves) return result;
    leave();
    throw new StoreUnavailable('the answer got lost');
  }

  return {
    inner: store,
    leaveAt(calls, when, then = () => {}) {
      left = calls;
      losing = when;
      told = then;
    },
    comeBack() {
      away = false;
      left = Number.POSITIVE_INFINITY;
    },
    read: (kind, id) => meet(() => store.read(kind, id)),
    write: (kind, id, value, ifVersion) => meet(() => store.write(kind, id, value, ifVersion)),
    remove: (kind, id, ifVersion) => meet(() => store.remove(kind, id, ifVersion)),
    list: (kind, page) => meet(() => store.list(kind, page)),
    listOpenRuns: () => meet(() => store.listOpenRuns()),
    acquireLease: (run, holder, ttlMs) => meet(() => store.acquireLease(run, holder, ttlMs)),
    renewLease: (lease, ttlMs) => meet(() => store.renewLease(lease, ttlMs)),
    releaseLease: (lease) => meet(() => store.releaseLease(lease)),
    append: (run, events, lease) => meet(() => store.append(run, events, lease)),
    readEvents: (run, after) => meet(() => store.readEvents(run, after)),
    close: () => store.close(),
  };
}
