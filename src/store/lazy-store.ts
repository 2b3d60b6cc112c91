import type { Store } from './store.ts';

/**
 * A store that is opened when something is first asked of it, so that its packages are loaded after the port is open.
 * Opening that fails is tried again by the next call.
 */
export function openingLater(open: () => Promise<Store>): Store {
  let opening: Promise<Store> | undefined;

  function store(): Promise<Store> {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  return {
    read: async (kind, id) => (await store()).read(kind, id),
    write: async (kind, id, value, ifVersion) => (await store()).write(kind, id, value, ifVersion),
    remove: async (kind, id, ifVersion) => (await store()).remove(kind, id, ifVersion),
    list: async (kind, page) => (await store()).list(kind, page),
    openRuns: async () => (await store()).openRuns(),
    takeLease: async (run, holder, ttlMs) => (await store()).takeLease(run, holder, ttlMs),
    renewLease: async (lease, ttlMs) => (await store()).renewLease(lease, ttlMs),
    releaseLease: async (lease) => (await store()).releaseLease(lease),
    append: async (run, events, lease) => (await store()).append(run, events, lease),
    events: async (run, after) => (await store()).events(run, after),
    close: async () => {
      await (await opening)?.close();
    },
  };
}
