import { StaleVersion } from '../errors/stale-version.ts';
import type { RecordValue } from '../records.ts';
import type { Store } from '../store.ts';
import { DataKeyStore } from './data-key-store.ts';
import { seal, unseal } from './seal.ts';
import { Secret } from './secret.ts';
import { SecretUnreadable } from './secret-unreadable.ts';
import type { Keyring, Vault, VaultProvider } from './vault.ts';

/** Ciphertext format. Authenticated, so that formats can't be confused. */
const FORMAT = '1';
/** The ciphertext in base64 fits in one record. */
const MAX_SECRET_BYTES = 512 * 1024;

/** The message never contains the secret. */
export class SecretTooLarge extends Error {
  override name = 'SecretTooLarge';
}

/**
 * Creates vaults that store secrets as AES-256-GCM ciphertext, with one data key per cluster, wrapped by the keyring. A
 * ciphertext is bound to its format, data key, cluster and path, so it can't be decrypted elsewhere.
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
    throw new StaleVersion(`storing ${this.#describeSecret(path)}: concurrent changes; try again`);
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
    // Delete the key first: without it, ciphertexts left behind by a crash are unreadable.
    await this.#keys.delete(this.#cluster);
    const remaining = await this.#store.list('secret', { prefix: this.#getRecordId('') });
    for (const { id } of remaining) await this.#store.remove('secret', id);
  }

  /** Returns false if another process was first or deleted the vault concurrently. */
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
      // `deleteAll` removes the key, then the secrets it finds. Checking in the opposite order leaves no orphaned secret.
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
      throw new SecretUnreadable(`opening ${this.#describeSecret(path)}: unsupported format; use a newer release`);
    }
    let key = await this.#keys.find(this.#cluster);
    // Another process may have deleted and recreated the vault while the old key was cached here.
    if (key?.id !== keyId) key = await this.#keys.reload(this.#cluster);
    if (key?.id !== keyId) {
      throw new SecretUnreadable(
        `opening ${this.#describeSecret(path)}: its data key was deleted, so it can't be decrypted; delete the cluster to clean up`,
      );
    }
    const sealed = Buffer.concat([Buffer.from(record.nonce, 'base64'), Buffer.from(data, 'base64')]);
    return new Secret(unseal(key.bytes, sealed, this.#buildAssociatedData(path, keyId), this.#describeSecret(path)));
  }

  #assertSize(path: string, secret: Secret): Secret {
    const bytes = secret.revealBytes().length;
    if (bytes <= MAX_SECRET_BYTES) return secret;
    throw new SecretTooLarge(
      `storing ${this.#describeSecret(path)}: too large: ${bytes} bytes, limit ${MAX_SECRET_BYTES}`,
    );
  }

  #describeSecret(path: string): string {
    return `secret ${JSON.stringify(path)} of ${JSON.stringify(this.#cluster)}`;
  }

  #buildAssociatedData(path: string, keyId: string): string {
    return JSON.stringify(['kthw secret', FORMAT, keyId, this.#cluster, path]);
  }

  /** Unique, because the parts are encoded and contain no colon. */
  #getRecordId(path: string): string {
    return `${encodeURIComponent(this.#cluster)}:${encodeURIComponent(path)}`;
  }
}
