import type { RecordValue } from '../records.ts';
import type { Store } from '../store.ts';
import { StaleVersion } from '../store-errors.ts';
import { DataKeyStore } from './data-key-store.ts';
import { seal, unseal } from './seal.ts';
import { Secret } from './secret.ts';
import type { Keyring, Vault, VaultProvider } from './vault.ts';
import { SecretTooLarge, SecretUnreadable } from './vault-errors.ts';

/** Of a secret record's `data`. Authenticated, so that one format can't be read as another. */
const FORMAT = '1';
/** As ciphertext in base64 this still fits one record. */
const MAX_SECRET_BYTES = 512 * 1024;

/**
 * Secrets as AES-256-GCM ciphertext in the store: one data key per cluster, wrapped by the keyring. A ciphertext is bound
 * to its format, data key, cluster and path: put anywhere else it does not open.
 */
export function createVaultProvider(store: Store, keyring: Keyring): VaultProvider {
  const keys = new DataKeyStore(store, keyring);
  return { getVault: (cluster) => new EnvelopeVault(store, keys, cluster) };
}

class EnvelopeVault implements Vault {
  readonly #store: Store;
  readonly #keys: DataKeyStore;
  readonly #cluster: string;

  constructor(store: Store, keys: DataKeyStore, cluster: string) {
    this.#store = store;
    this.#keys = keys;
    this.#cluster = cluster;
  }

  async get(path: string): Promise<Secret | undefined> {
    const record = await this.#store.read('secret', this.#getRecordId(path));
    return record && this.#decrypt(path, record.value);
  }

  async getOrCreate(path: string, create: () => Promise<Secret> | Secret): Promise<Secret> {
    let created: Secret | undefined;
    for (let attempt = 0; attempt < 5; attempt++) {
      const existing = await this.get(path);
      if (existing !== undefined) return existing;
      created ??= this.#assertSize(path, await create());
      if (await this.#tryCreate(path, created)) return created;
    }
    throw new StaleVersion(
      `keeping ${this.#describeSecret(path)}: it is made and removed by others all the time; try again`,
    );
  }

  async delete(path: string): Promise<void> {
    await this.#store.remove('secret', this.#getRecordId(path));
  }

  async isEmpty(): Promise<boolean> {
    const [key, remaining] = await Promise.all([
      this.#store.read('dataKey', this.#cluster),
      this.#store.list('secret', { prefix: this.#getRecordId(''), limit: 1 }),
    ]);
    return key === undefined && remaining.length === 0;
  }

  async deleteAll(): Promise<void> {
    // The key goes first: from here on every ciphertext is noise, also where a crash leaves some behind.
    await this.#keys.delete(this.#cluster);
    const remaining = await this.#store.list('secret', { prefix: this.#getRecordId('') });
    for (const { id } of remaining) await this.#store.remove('secret', id);
  }

  /** False when another was first, or when the cluster was shredded meanwhile: look again. */
  async #tryCreate(path: string, secret: Secret): Promise<boolean> {
    const key = await this.#keys.getOrCreate(this.#cluster);
    const sealed = Buffer.from(seal(key.bytes, secret.revealBytes(), this.#buildAssociatedData(path, key.id)));
    const record = {
      cluster: this.#cluster,
      path,
      nonce: sealed.subarray(0, 12).toString('base64'),
      ciphertext: `${FORMAT}.${key.id}.${sealed.subarray(12).toString('base64')}`,
    };
    try {
      const version = await this.#store.write('secret', this.#getRecordId(path), record, undefined);
      // A shredder removes the key, then what it sees. Looking in the opposite order leaves nothing that neither saw.
      if (await this.#keys.isCurrent(this.#cluster, key)) return true;
      await this.#store.remove('secret', this.#getRecordId(path), version);
    } catch (error) {
      if (!(error instanceof StaleVersion)) throw error;
    }
    return false;
  }

  async #decrypt(path: string, record: RecordValue<'secret'>): Promise<Secret> {
    const [format, keyId = '', data = ''] = record.ciphertext.split('.');
    if (format !== FORMAT) {
      throw new SecretUnreadable(
        `opening ${this.#describeSecret(path)}: this release does not know its format; run a newer one`,
      );
    }
    let key = await this.#keys.find(this.#cluster);
    // Another process may have shredded the cluster and somebody made it anew while the old key was in memory here.
    if (key?.id !== keyId) key = await this.#keys.reload(this.#cluster);
    if (key?.id !== keyId) {
      throw new SecretUnreadable(
        `opening ${this.#describeSecret(path)}: its data key is gone, so nothing can open it; delete the cluster to clear it away`,
      );
    }
    const sealed = Buffer.concat([Buffer.from(record.nonce, 'base64'), Buffer.from(data, 'base64')]);
    return new Secret(unseal(key.bytes, sealed, this.#buildAssociatedData(path, keyId), this.#describeSecret(path)));
  }

  #assertSize(path: string, secret: Secret): Secret {
    const bytes = secret.revealBytes().length;
    if (bytes <= MAX_SECRET_BYTES) return secret;
    throw new SecretTooLarge(
      `keeping ${this.#describeSecret(path)}: it has ${bytes} bytes and a secret can have ${MAX_SECRET_BYTES}; split it`,
    );
  }

  #describeSecret(path: string): string {
    return `secret ${JSON.stringify(path)} of ${JSON.stringify(this.#cluster)}`;
  }

  #buildAssociatedData(path: string, keyId: string): string {
    return JSON.stringify(['kthw secret', FORMAT, keyId, this.#cluster, path]);
  }

  /** No two places have the same id: the parts are encoded, so that the colon between them is the only one. */
  #getRecordId(path: string): string {
    return `${encodeURIComponent(this.#cluster)}:${encodeURIComponent(path)}`;
  }
}
