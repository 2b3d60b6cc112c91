import type { StorageConfig } from './config.ts';
import { openFirestoreStore } from './store/firestore.ts';
import { isGone } from './store/holder.ts';
import { openSqliteStore } from './store/sqlite.ts';
import type { Store } from './store/store.ts';

/** The store that the environment names. @param now what it writes as the time of events */
export async function openStore(config: StorageConfig, now?: () => Date): Promise<Store> {
  const clock = now ? { now } : {};
  if (config.KTHW_STORE === 'sqlite') return openSqliteStore({ path: config.KTHW_SQLITE_PATH, isGone, ...clock });
  return await openFirestoreStore({ projectId: config.GOOGLE_CLOUD_PROJECT, ...clock });
}
