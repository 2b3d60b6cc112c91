import type { Store } from './store.ts';

type StoreMethod = keyof Store;

/** One call of a store method, which can run on any store. */
type StoreCall<T> = (store: Store) => Promise<T>;

/** Keys of the store, as data. A method that is missing here does not compile. */
const storeMethods = Object.keys({
  read: true,
  write: true,
  remove: true,
  list: true,
  listPage: true,
  listActiveClusters: true,
  listOpenRuns: true,
  acquireLease: true,
  renewLease: true,
  releaseLease: true,
  append: true,
  readEvents: true,
  close: true,
} satisfies Record<StoreMethod, true>) as StoreMethod[];

/**
 * Returns a store whose calls all go through `around`.
 * @param around runs `call` on a store of its choice, and may delay it, count it or translate its errors
 */
export function wrapStore(around: <T>(call: StoreCall<T>, method: StoreMethod) => Promise<T>): Store {
  const methods = storeMethods.map((method) => [
    method,
    (...args: unknown[]) =>
      around((store) => (store[method] as (...args: unknown[]) => Promise<unknown>).apply(store, args), method),
  ]);
  return Object.fromEntries(methods);
}
