import type { StorageConfig } from './config.ts';
import { openFirestoreStore } from './store/firestore/firestore-store.ts';
import { createLazyStore } from './store/lazy-store.ts';
import { hasOwnerExited } from './store/lease-owner.ts';
import { openSqliteStore } from './store/sqlite/sqlite-store.ts';
import type { Store } from './store/store.ts';

/**
 * Opens the store of the configuration. Firestore is opened by the first call, because its client takes longer to load than
 * the rest of the start-up. @param now time of written events
 */
export function openStore(config: StorageConfig, now?: () => Date): Store {
  const clockOptions = now ? { now } : {};
  if (config.KTHW_STORE === 'sqlite')
    return openSqliteStore({ path: config.KTHW_SQLITE_PATH, hasOwnerExited, ...clockOptions });
  return createLazyStore(() => openFirestoreStore({ projectId: config.GOOGLE_CLOUD_PROJECT, ...clockOptions }));
}
