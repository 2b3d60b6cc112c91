import { timingSafeEqual } from 'node:crypto';
import { iterateRecords } from '../iterate-records.ts';
import type { RecordValue } from '../records.ts';
import { StaleVersion, type Store, type VersionedRecord } from '../store.ts';
import { unwrapDataKey, wrapDataKey } from './data-key-store.ts';
import type { Keyring } from './vault.ts';

interface RewrapResult {
  /** Key version that now wraps all data keys. */
  readonly keyVersion: string;
  /** Number of data keys migrated to this version. */
  readonly rewrapped: number;
  /** Number of data keys already wrapped with this version. */
  readonly alreadyCurrent: number;
  /** Number of data keys deleted or replaced concurrently by processes that use this version. */
  readonly replaced: number;
  /** Clusters whose data key could not be migrated. */
  readonly failed: readonly { readonly cluster: string; readonly error: Error }[];
}

interface RewrapOptions {
  /** Keyring that unwraps keys wrapped before. @default `keyring` */
  readonly previous?: Keyring;
  /** Concurrency. @default 8 */
  readonly parallel?: number;
}

/**
 * Rewraps all data keys with the keyring's current version; secrets stay unchanged. Safe to repeat and to run while kthw is
 * running: a key is replaced only if the new wrapping unwraps to the identical key and the record was not modified. A change
 * of keyring also moves the clusters to new keys, and destroys the previous ones.
 */
export async function rewrapDataKeys(
  store: Store,
  keyring: Keyring,
  options: RewrapOptions = {},
): Promise<RewrapResult> {
  const { parallel = 8, previous = keyring } = options;
  const { keyVersion } = await keyring.wrap(new Uint8Array(32), 'probe');
  const counts = { rewrapped: 0, alreadyCurrent: 0, replaced: 0 };
  const failed: { cluster: string; error: Error }[] = [];

  async function rewrapDataKey(
    cluster: string,
    found: VersionedRecord<RecordValue<'dataKey'>> | undefined,
  ): Promise<keyof typeof counts> {
    if (!found) return 'replaced';
    if (found.value.keyVersion === keyVersion) return 'alreadyCurrent';
    const key = await unwrapDataKey(previous, cluster, found.value);
    const rewrapped = await wrapDataKey(keyring, cluster, key);
    const record = { ...found.value, ...rewrapped };
    const unwrappedKey = await unwrapDataKey(keyring, cluster, record);
    if (unwrappedKey.length !== key.length || !timingSafeEqual(unwrappedKey, key))
      throw new Error(
        `wrapping the data key of cluster ${cluster}: it unwraps to a different key; nothing was changed, try again`,
      );
    await store.write('dataKey', cluster, record, found.version);
    if (previous !== keyring) await previous.clusterKeys.destroy(cluster);
    return 'rewrapped';
  }

  async function rewrapAll(records: AsyncIterable<{ readonly id: string }>): Promise<void> {
    for await (const { id: cluster } of records) {
      const found = await store.read('dataKey', cluster);
      try {
        counts[await rewrapDataKey(cluster, found)] += 1;
      } catch (error) {
        const isReplaced = (await store.read('dataKey', cluster))?.version !== found?.version;
        if (error instanceof StaleVersion || isReplaced) counts.replaced += 1;
        else failed.push({ cluster, error: error as Error });
      }
    }
  }

  const records = iterateRecords(store, 'dataKey');
  await Promise.all(Array.from({ length: parallel }, () => rewrapAll(records)));
  return { keyVersion, ...counts, failed };
}
