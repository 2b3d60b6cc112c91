import type { Store } from './store.ts';

/**
 * A store that is opened when something is first asked of it, so that its packages are loaded after the port is open.
 * Opening that fails is tried again by the next call.
 */
export function createLazyStore(open: () => Promise<Store>): Store {
  let pendingStore: Promise<Store> | undefined;

  function getStore(): Promise<Store> {
    pendingStore ??= open().catch((error: unknown) => {
      pendingStore = undefined;
      throw error;
    });
    return pendingStore;
  }

  return {
    read: async (kind, id) => (await getStore()).read(kind, id),
    write: async (kind, id, value, ifVersion) => (await getStore()).write(kind, id, value, ifVersion),
    remove: async (kind, id, ifVersion) => (await getStore()).remove(kind, id, ifVersion),
    list: async (kind, page) => (await getStore()).list(kind, page),
    listOpenRuns: async () => (await getStore()).listOpenRuns(),
    acquireLease: async (run, owner, ttlMs) => (await getStore()).acquireLease(run, owner, ttlMs),
    renewLease: async (lease, ttlMs) => (await getStore()).renewLease(lease, ttlMs),
    releaseLease: async (lease) => (await getStore()).releaseLease(lease),
    append: async (run, events, lease) => (await getStore()).append(run, events, lease),
    readEvents: async (run, after) => (await getStore()).readEvents(run, after),
    close: async () => {
      await (await pendingStore)?.close();
    },
  };
}
