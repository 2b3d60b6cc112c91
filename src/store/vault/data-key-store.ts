import { createHmac, randomBytes } from 'node:crypto';
import { StaleVersion, type Store, type Version } from '../store.ts';
import type { Keyring } from './vault.ts';

/** Lifetime of unwrapped data keys in memory. */
const CACHE_TTL_MS = 5 * 60_000;

interface DataKey {
  /** Public id of the key, stored in ciphertexts. */
  readonly id: string;
  readonly bytes: Uint8Array;
  /** Version of the record with the wrapped key. */
  readonly version: Version;
}

export type DataKeyStore = ReturnType<typeof createDataKeyStore>;

/** Data keys of clusters: created once, stored wrapped, cached unwrapped for five minutes. */
export function createDataKeyStore(store: Store, keyring: Keyring) {
  const cache = new Map<string, Promise<DataKey | undefined>>();

  async function load(cluster: string): Promise<DataKey | undefined> {
    const record = await store.read('dataKey', cluster);
    if (record === undefined) return undefined;
    const { wrappedKey, keyVersion } = record.value;
    const bytes = await keyring.unwrap(Buffer.from(wrappedKey, 'base64'), getEncryptionContext(cluster), keyVersion);
    const id = createHmac('sha256', bytes).update('kthw data key').digest('hex').slice(0, 16);
    return { id, bytes, version: record.version };
  }

  /** Caches found keys only, never absence or failure. */
  async function cacheKey(cluster: string, loading: Promise<DataKey | undefined>): Promise<DataKey | undefined> {
    cache.set(cluster, loading);
    const evict = (): void => {
      if (cache.get(cluster) === loading) cache.delete(cluster);
    };
    try {
      const key = await loading;
      if (key === undefined) evict();
      else setTimeout(evict, CACHE_TTL_MS).unref();
      return key;
    } catch (error) {
      evict();
      throw error;
    }
  }

  /** Returns the cluster's key, cached if possible; undefined if it has none. */
  function find(cluster: string): Promise<DataKey | undefined> {
    return cache.get(cluster) ?? cacheKey(cluster, load(cluster));
  }

  /** Like `find`, but bypasses the cache. */
  function reload(cluster: string): Promise<DataKey | undefined> {
    return cacheKey(cluster, load(cluster));
  }

  return {
    find,
    reload,
    /** Returns the cluster's key, created if missing. Concurrent callers get the same key. */
    async getOrCreate(cluster: string): Promise<DataKey> {
      const existing = await find(cluster);
      if (existing !== undefined) return existing;
      try {
        const { wrapped, keyVersion } = await keyring.wrap(randomBytes(32), getEncryptionContext(cluster));
        const record = { wrappedKey: Buffer.from(wrapped).toString('base64'), keyVersion };
        await store.write('dataKey', cluster, record, undefined);
      } catch (error) {
        if (!(error instanceof StaleVersion)) throw error;
      }
      // Read back, because another process may have written first.
      const created = await reload(cluster);
      if (created === undefined)
        throw new StaleVersion(`the data key of ${JSON.stringify(cluster)} was deleted concurrently`);
      return created;
    },
    /** Whether the store still has this key and no replacement. */
    async isCurrent(cluster: string, key: DataKey): Promise<boolean> {
      const record = await store.read('dataKey', cluster);
      if (record?.version === key.version) return true;
      return (await reload(cluster))?.id === key.id;
    },
    async delete(cluster: string): Promise<void> {
      await store.remove('dataKey', cluster);
      cache.delete(cluster);
    },
  };
}

/** Returns the associated data of a cluster's wrapped key. */
export function getEncryptionContext(cluster: string): string {
  return `kthw data key of cluster ${cluster}`;
}
