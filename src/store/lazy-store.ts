import type { Store } from './store.ts';
import { wrapStore } from './wrap-store.ts';

/**
 * Opens the store on the first call, so that its packages load after the server listens. The next call retries a failed
 * open.
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
    ...wrapStore(async (call) => await call(await getStore())),
    close: async () => {
      await (await pendingStore)?.close();
    },
  };
}
