import type { RecordOf } from '../records.ts';
import type { Store } from '../store.ts';
import { StaleVersion } from '../store-errors.ts';
import { DataKeys } from './data-key-store.ts';
import { seal, unseal } from './seal.ts';
import { Secret } from './secret.ts';
import type { Keyring, Vault, Vaults } from './vault.ts';
import { SecretRefused, SecretUnreadable } from './vault-errors.ts';

/** Of a secret record's `data`. Authenticated, so that one format can't be read as another. */
const FORMAT = '1';
/** As ciphertext in base64 this still fits one record. */
const MAX_SECRET_BYTES = 512 * 1024;

/**
 * Secrets as AES-256-GCM ciphertext in the store: one data key per cluster, wrapped by the keyring. A ciphertext is bound
 * to its format, data key, cluster and path: put anywhere else it does not open.
 */
export function openVaults(store: Store, keyring: Keyring): Vaults {
  const keys = new DataKeys(store, keyring);
  return { of: (cluster) => new EnvelopeVault(store, keys, cluster) };
}

class EnvelopeVault implements Vault {
  readonly #store: Store;
  readonly #keys: DataKeys;
  readonly #cluster: string;

  constructor(store: Store, keys: DataKeys, cluster: string) {
    this.#store = store;
    this.#keys = keys;
    this.#cluster = cluster;
  }

  async get(path: string): Promise<Secret | undefined> {
    const record = await this.#store.read('secret', this.#idOf(path));
    return record && this.#open(path, record.value);
  }

  async ensure(path: string, make: () => Promise<Secret> | Secret): Promise<Secret> {
    let made: Secret | undefined;
    for (let tries = 0; tries < 5; tries++) {
      const found = await this.get(path);
      if (found !== undefined) return found;
      made ??= this.#accept(path, await make());
      if (await this.#create(path, made)) return made;
    }
    throw new StaleVersion(`keeping ${this.#name(path)}: it is made and removed by others all the time; try again`);
  }

  async forget(path: string): Promise<void> {
    await this.#store.remove('secret', this.#idOf(path));
  }

  async isEmpty(): Promise<boolean> {
    const [key, left] = await Promise.all([
      this.#store.read('dataKey', this.#cluster),
      this.#store.list('secret', { prefix: this.#idOf(''), limit: 1 }),
    ]);
    return key === undefined && left.length === 0;
  }

  async shred(): Promise<void> {
    // The key goes first: from here on every ciphertext is noise, also where a crash leaves some behind.
    await this.#keys.destroy(this.#cluster);
    const left = await this.#store.list('secret', { prefix: this.#idOf('') });
    for (const { id } of left) await this.#store.remove('secret', id);
  }

  /** False when another was first, or when the cluster was shredded meanwhile: look again. */
  async #create(path: string, secret: Secret): Promise<boolean> {
    const key = await this.#keys.ensure(this.#cluster);
    const sealed = Buffer.from(seal(key.bytes, secret.bytes(), this.#bound(path, key.id)));
    const record = {
      cluster: this.#cluster,
      path,
      nonce: sealed.subarray(0, 12).toString('base64'),
      data: `${FORMAT}.${key.id}.${sealed.subarray(12).toString('base64')}`,
    };
    try {
      const version = await this.#store.write('secret', this.#idOf(path), record, undefined);
      // A shredder removes the key, then what it sees. Looking in the opposite order leaves nothing that neither saw.
      if (await this.#keys.isCurrent(this.#cluster, key)) return true;
      await this.#store.remove('secret', this.#idOf(path), version);
    } catch (error) {
      if (!(error instanceof StaleVersion)) throw error;
    }
    return false;
  }

  async #open(path: string, record: RecordOf<'secret'>): Promise<Secret> {
    const [format, keyId = '', data = ''] = record.data.split('.');
    if (format !== FORMAT) {
      throw new SecretUnreadable(`opening ${this.#name(path)}: this release does not know its format; run a newer one`);
    }
    let key = await this.#keys.find(this.#cluster);
    // Another process may have shredded the cluster and somebody made it anew while the old key was in memory here.
    if (key?.id !== keyId) key = await this.#keys.findAgain(this.#cluster);
    if (key?.id !== keyId) {
      throw new SecretUnreadable(
        `opening ${this.#name(path)}: its data key is gone, so nothing can open it; delete the cluster to clear it away`,
      );
    }
    const sealed = Buffer.concat([Buffer.from(record.nonce, 'base64'), Buffer.from(data, 'base64')]);
    return new Secret(unseal(key.bytes, sealed, this.#bound(path, keyId), this.#name(path)));
  }

  #accept(path: string, secret: Secret): Secret {
    const bytes = secret.bytes().length;
    if (bytes <= MAX_SECRET_BYTES) return secret;
    throw new SecretRefused(
      `keeping ${this.#name(path)}: it has ${bytes} bytes and a secret can have ${MAX_SECRET_BYTES}; split it`,
    );
  }

  #name(path: string): string {
    return `secret ${JSON.stringify(path)} of ${JSON.stringify(this.#cluster)}`;
  }

  #bound(path: string, keyId: string): string {
    return JSON.stringify(['kthw secret', FORMAT, keyId, this.#cluster, path]);
  }

  /** No two places have the same id: the parts are encoded, so that the colon between them is the only one. */
  #idOf(path: string): string {
    return `${encodeURIComponent(this.#cluster)}:${encodeURIComponent(path)}`;
  }
}
