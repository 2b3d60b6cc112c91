import { type Store, StoreUnavailable } from '../../src/store/store.ts';
import { wrapStore } from '../../src/store/wrap-store.ts';

export interface StoreWithOutages extends Store {
  /** Starts an outage at call number `calls` (from 0), `before` or `after` the call takes effect. */
  failAt(calls: number, when: 'before' | 'after', onOutage?: () => void): void;
  /** The wrapped store, which is always available. */
  readonly inner: Store;
  recover(): void;
}

/** Simulates network outages of a store. */
export function createStoreWithOutages(store: Store): StoreWithOutages {
  let callsLeft = Number.POSITIVE_INFINITY;
  let failureTime: 'before' | 'after' = 'before';
  let isDown = false;
  let onOutage = () => {};

  function startOutage(): void {
    isDown = true;
    onOutage();
  }

  const wrapped = wrapStore(async (call, method) => {
    if (method === 'close') return await call(store);
    const startsOutage = !isDown && callsLeft-- === 0;
    if (isDown || (startsOutage && failureTime === 'before')) {
      if (startsOutage) startOutage();
      throw new StoreUnavailable('the store is unavailable');
    }
    const result = await call(store);
    if (!startsOutage) return result;
    startOutage();
    throw new StoreUnavailable('the response was lost');
  });

  return {
    ...wrapped,
    inner: store,
    failAt(calls, when, onStart = () => {}) {
      callsLeft = calls;
      failureTime = when;
      onOutage = onStart;
    },
    recover() {
      isDown = false;
      callsLeft = Number.POSITIVE_INFINITY;
    },
  };
}
