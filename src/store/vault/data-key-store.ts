import { createHmac, randomBytes } from 'node:crypto';
import type { Store, Version } from '../store.ts';
import { StaleVersion } from '../store-errors.ts';
import type { Keyring } from './vault.ts';

/** How long an unwrapped data key stays in memory. */
const KEEP_MS = 5 * 60_000;

export interface DataKey {
  /** Names the key without telling it: a ciphertext says by this which key it is under. */
  readonly id: string;
  readonly bytes: Uint8Array;
  /** Of the record that holds it wrapped. */
  readonly version: Version;
}

/** The data keys of clusters: made once each, kept wrapped in the store, unwrapped in memory for five minutes. */
export class DataKeys {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #known = new Map<string, Promise<DataKey | undefined>>();

  constructor(store: Store, keyring: Keyring) {
    this.#store = store;
    this.#keyring = keyring;
  }

  /** The cluster's key, from memory if it is there; `undefined` when it has none. */
  find(cluster: string): Promise<DataKey | undefined> {
    return this.#known.get(cluster) ?? this.#remember(cluster, this.#load(cluster));
  }

  /** As `find`, past what is in memory. */
  findAgain(cluster: string): Promise<DataKey | undefined> {
    return this.#remember(cluster, this.#load(cluster));
  }

  /** The cluster's key, made if there is none. Whoever is first wins; everybody gets the same. */
  async ensure(cluster: string): Promise<DataKey> {
    const found = await this.find(cluster);
    if (found !== undefined) return found;
    try {
      const { wrapped, keyVersion } = await this.#keyring.wrap(randomBytes(32), contextOf(cluster));
      await this.#store.write(
        'dataKey',
        cluster,
        { wrapped: Buffer.from(wrapped).toString('base64'), keyVersion },
        undefined,
      );
    } catch (error) {
      if (!(error instanceof StaleVersion)) throw error;
    }
    // Read back rather than kept: what counts is what the store has.
    const made = await this.findAgain(cluster);
    if (made === undefined)
      throw new StaleVersion(`the data key of ${JSON.stringify(cluster)} was shredded in between`);
    return made;
  }

  /** Whether the store still has this key, and not one that replaced it. */
  async isCurrent(cluster: string, key: DataKey): Promise<boolean> {
    const record = await this.#store.read('dataKey', cluster);
    if (record?.version === key.version) return true;
    return (await this.findAgain(cluster))?.id === key.id;
  }

  async destroy(cluster: string): Promise<void> {
    await this.#store.remove('dataKey', cluster);
    this.#known.delete(cluster);
  }

  async #load(cluster: string): Promise<DataKey | undefined> {
    const record = await this.#store.read('dataKey', cluster);
    if (record === undefined) return undefined;
    const { wrapped, keyVersion } = record.value;
    const bytes = await this.#keyring.unwrap(Buffer.from(wrapped, 'base64'), contextOf(cluster), keyVersion);
    const id = createHmac('sha256', bytes).update('kthw data key').digest('hex').slice(0, 16);
    return { id, bytes, version: record.version };
  }

  /** Keeps a key that was found for a bounded time; an absence or a failure is not kept at all. */
  async #remember(cluster: string, loading: Promise<DataKey | undefined>): Promise<DataKey | undefined> {
    this.#known.set(cluster, loading);
    const forget = (): void => {
      if (this.#known.get(cluster) === loading) this.#known.delete(cluster);
    };
    try {
      const key = await loading;
      if (key === undefined) forget();
      else setTimeout(forget, KEEP_MS).unref();
      return key;
    } catch (error) {
      forget();
      throw error;
    }
  }
}

/** What a cluster's wrapped key is bound to. */
export function contextOf(cluster: string): string {
  return `kthw data key of cluster ${cluster}`;
}
