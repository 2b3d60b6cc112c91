import { createHmac, randomBytes } from 'node:crypto';
import type { RecordValue } from '../records.ts';
import { KeyedMutex } from '../retry-on-contention.ts';
import { StaleVersion, type Store, type VersionedRecord } from '../store.ts';
import { SecretUnreadable, seal, unseal } from './seal.ts';
import type { Keyring } from './vault.ts';
import { signIndex, type VaultIndex, verifyIndex } from './vault-index.ts';

/** Lifetime of unwrapped data keys in memory. */
const CACHE_TTL_MS = 5 * 60_000;

/** A cluster's data key with the verified index of its secrets. */
export interface OpenVault {
  readonly key: Uint8Array;
  readonly index: VaultIndex;
  /** The record that holds both. */
  readonly record: VersionedRecord<RecordValue<'dataKey'>>;
}

export type DataKeyStore = ReturnType<typeof createDataKeyStore>;

/** Data keys of clusters with their indexes: stored wrapped, cached unwrapped for five minutes. */
export function createDataKeyStore(store: Store, keyring: Keyring) {
  const cache = new Map<string, { readonly wrappedKey: string; readonly loading: Promise<Uint8Array> }>();
  /** Highest revision of each index, by data key. */
  const knownRevisions = new Map<string, number>();
  const mutex = new KeyedMutex();

  /** Caches successes only. A deleted and recreated key has another wrapped form. */
  function unwrapCached(cluster: string, record: RecordValue<'dataKey'>): Promise<Uint8Array> {
    const cached = cache.get(cluster);
    if (cached?.wrappedKey === record.wrappedKey) return cached.loading;
    const entry = { wrappedKey: record.wrappedKey, loading: unwrapDataKey(keyring, cluster, record) };
    const evict = (): void => {
      if (cache.get(cluster) === entry) cache.delete(cluster);
    };
    cache.set(cluster, entry);
    entry.loading.then(() => setTimeout(evict, CACHE_TTL_MS).unref(), evict);
    return entry.loading;
  }

  /** Undefined if the cluster has no data key. @throws SecretUnreadable */
  async function open(cluster: string): Promise<OpenVault | undefined> {
    const opened = await readRecord(cluster);
    if (opened === undefined || !isOutdated(opened)) return opened;
    // A concurrent reader may have read a newer index before this one was verified.
    const latest = await readRecord(cluster);
    if (latest === undefined || !isOutdated(latest)) return latest;
    throw new SecretUnreadable(`opening the vault of ${JSON.stringify(cluster)}: the store has an older copy of it`);
  }

  async function readRecord(cluster: string): Promise<OpenVault | undefined> {
    const record = await store.read('dataKey', cluster);
    if (record === undefined) return undefined;
    const key = await unwrapCached(cluster, record.value);
    return { key, index: verifyIndex(key, cluster, record.value.index), record };
  }

  function isOutdated({ key, index }: OpenVault): boolean {
    return index.revision < rememberRevision(key, index.revision);
  }

  /** Returns the highest revision so far. */
  function rememberRevision(key: Uint8Array, revision: number): number {
    const id = computeKeyId(key);
    const highest = Math.max(revision, knownRevisions.get(id) ?? 0);
    knownRevisions.set(id, highest);
    return highest;
  }

  return {
    open,
    /** Creates the data key if missing. Concurrent callers get the same key. */
    async openOrCreate(cluster: string): Promise<OpenVault> {
      const existing = await open(cluster);
      if (existing !== undefined) return existing;
      const key = randomBytes(32);
      try {
        const index = signIndex(key, cluster, { revision: 0, versions: {}, outputs: {} });
        await store.write('dataKey', cluster, { ...(await wrapDataKey(keyring, cluster, key)), index }, undefined);
      } catch (error) {
        if (!(error instanceof StaleVersion)) throw error;
      }
      // Read back, because another process may have written first.
      const created = await open(cluster);
      if (created === undefined)
        throw new StaleVersion(`the data key of ${JSON.stringify(cluster)} was deleted concurrently`);
      return created;
    },
    /** Returns false if the index was changed or deleted concurrently. */
    async tryChangeIndex(
      cluster: string,
      { key, index: current, record }: OpenVault,
      change: Partial<Omit<VaultIndex, 'revision'>>,
    ): Promise<boolean> {
      const index = signIndex(key, cluster, { ...current, ...change, revision: current.revision + 1 });
      try {
        await store.write('dataKey', cluster, { ...record.value, index }, record.version);
        rememberRevision(key, index.revision);
        return true;
      } catch (error) {
        if (error instanceof StaleVersion) return false;
        throw error;
      }
    },
    /** Runs one change of a cluster's index at a time in this process, so that changes rarely conflict. */
    runExclusive: <T>(cluster: string, work: () => Promise<T>): Promise<T> => mutex.run(cluster, work),
    async exists(cluster: string): Promise<boolean> {
      if ((await store.read('dataKey', cluster)) !== undefined) return true;
      return await keyring.clusterKeys.exists(cluster);
    },
    /** Destroys the cluster key first: after a crash, what is left in the store is unreadable already. */
    async delete(cluster: string): Promise<void> {
      cache.delete(cluster);
      await keyring.clusterKeys.destroy(cluster);
      await store.remove('dataKey', cluster);
    },
  };
}

/** Encrypts a data key with the key of its cluster, then wraps the result. */
export async function wrapDataKey(
  { wrap, clusterKeys }: Keyring,
  cluster: string,
  key: Uint8Array,
): Promise<Pick<RecordValue<'dataKey'>, 'wrappedKey' | 'keyVersion'>> {
  const context = getEncryptionContext(cluster);
  const { wrapped, keyVersion } = await wrap(seal(await clusterKeys.getOrCreate(cluster), key, context), context);
  return { wrappedKey: Buffer.from(wrapped).toString('base64'), keyVersion };
}

/** @throws SecretUnreadable if the cluster key was destroyed */
export async function unwrapDataKey(
  { unwrap, clusterKeys }: Keyring,
  cluster: string,
  { wrappedKey, keyVersion }: RecordValue<'dataKey'>,
): Promise<Uint8Array> {
  const context = getEncryptionContext(cluster);
  const sealed = await unwrap(Buffer.from(wrappedKey, 'base64'), context, keyVersion);
  const clusterKey = await clusterKeys.find(cluster);
  if (clusterKey === undefined)
    throw new SecretUnreadable(`opening the ${context}: the key of this cluster was destroyed`);
  return unseal(clusterKey, sealed, context, `the ${context}`);
}

/** Associated data of a cluster's wrapped key. */
function getEncryptionContext(cluster: string): string {
  return `kthw data key of cluster ${cluster}`;
}

function computeKeyId(key: Uint8Array): string {
  return createHmac('sha256', key).update('kthw data key').digest('hex').slice(0, 16);
}
