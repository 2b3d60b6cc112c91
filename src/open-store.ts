import type { StorageConfig } from './config.ts';
import { openFirestoreStore } from './store/firestore/firestore-store.ts';
import { createLazyStore } from './store/lazy-store.ts';
import { hasOwnerExited } from './store/lease-owner.ts';
import { openSqliteStore } from './store/sqlite/sqlite-store.ts';
import type { Store } from './store/store.ts';

/**
 * The store that the environment names. Firestore's is opened by the first call: its client takes longer to load than all
 * else at a start. @param now what it writes as the time of events
 */
export function openStore(config: StorageConfig, now?: () => Date): Store {
  const clockOptions = now ? { now } : {};
  if (config.KTHW_STORE === 'sqlite')
    return openSqliteStore({ path: config.KTHW_SQLITE_PATH, hasOwnerExited, ...clockOptions });
  return createLazyStore(() => openFirestoreStore({ projectId: config.GOOGLE_CLOUD_PROJECT, ...clockOptions }));
}
