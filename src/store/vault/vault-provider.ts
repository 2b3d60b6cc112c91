import { hasRecords } from '../iterate-records.ts';
import type { RecordValue } from '../records.ts';
import { StaleVersion, type Store } from '../store.ts';
import { createDataKeyStore, type DataKeyStore } from './data-key-store.ts';
import { SecretUnreadable, seal, unseal } from './seal.ts';
import { Secret } from './secret.ts';
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
  const keys = createDataKeyStore(store, keyring);
  return { getVault: (cluster) => createEnvelopeVault(store, keys, cluster) };
}

function createEnvelopeVault(store: Store, keys: DataKeyStore, cluster: string): Vault {
  /** Returns false if another process was first or deleted the vault concurrently. */
  async function tryCreate(path: string, secret: Secret): Promise<boolean> {
    const key = await keys.getOrCreate(cluster);
    const sealed = Buffer.from(seal(key.bytes, secret.revealBytes(), buildAssociatedData(path, key.id)));
    const record = {
      cluster,
      path,
      nonce: sealed.subarray(0, 12).toString('base64'),
      ciphertext: `${FORMAT}.${key.id}.${sealed.subarray(12).toString('base64')}`,
    };
    try {
      const version = await store.write('secret', getRecordId(path), record, undefined);
      // `deleteAll` removes the key, then the secrets it finds. Checking in the opposite order leaves no orphaned secret.
      if (await keys.isCurrent(cluster, key)) return true;
      await store.remove('secret', getRecordId(path), version);
    } catch (error) {
      if (!(error instanceof StaleVersion)) throw error;
    }
    return false;
  }

  async function decrypt(path: string, record: RecordValue<'secret'>): Promise<Secret> {
    const [format, keyId = '', data = ''] = record.ciphertext.split('.');
    if (format !== FORMAT) {
      throw new SecretUnreadable(`opening ${describeSecret(path)}: unsupported format; use a newer release`);
    }
    let key = await keys.find(cluster);
    // Another process may have deleted and recreated the vault while the old key was cached here.
    if (key?.id !== keyId) key = await keys.reload(cluster);
    if (key?.id !== keyId) {
      throw new SecretUnreadable(
        `opening ${describeSecret(path)}: its data key was deleted, so it can't be decrypted; delete the cluster to clean up`,
      );
    }
    const sealed = Buffer.concat([Buffer.from(record.nonce, 'base64'), Buffer.from(data, 'base64')]);
    return new Secret(unseal(key.bytes, sealed, buildAssociatedData(path, keyId), describeSecret(path)));
  }

  function assertSize(path: string, secret: Secret): Secret {
    const bytes = secret.revealBytes().length;
    if (bytes <= MAX_SECRET_BYTES) return secret;
    throw new SecretTooLarge(`storing ${describeSecret(path)}: too large: ${bytes} bytes, limit ${MAX_SECRET_BYTES}`);
  }

  function describeSecret(path: string): string {
    return `secret ${JSON.stringify(path)} of ${JSON.stringify(cluster)}`;
  }

  function buildAssociatedData(path: string, keyId: string): string {
    return JSON.stringify(['kthw secret', FORMAT, keyId, cluster, path]);
  }

  /** Unique, because the parts are encoded and contain no colon. */
  function getRecordId(path: string): string {
    return `${encodeURIComponent(cluster)}:${encodeURIComponent(path)}`;
  }

  async function get(path: string): Promise<Secret | undefined> {
    const record = await store.read('secret', getRecordId(path));
    return record && decrypt(path, record.value);
  }

  return {
    get,
    async getOrCreate(path, create) {
      let created: Secret | undefined;
      for (let attempt = 0; attempt < 5; attempt++) {
        const existing = await get(path);
        if (existing !== undefined) return existing;
        created ??= assertSize(path, await create());
        if (await tryCreate(path, created)) return created;
      }
      throw new StaleVersion(`storing ${describeSecret(path)}: concurrent changes; try again`);
    },
    async delete(path) {
      await store.remove('secret', getRecordId(path));
    },
    async isEmpty() {
      const [key, hasSecrets] = await Promise.all([
        store.read('dataKey', cluster),
        hasRecords(store, 'secret', getRecordId('')),
      ]);
      return key === undefined && !hasSecrets;
    },
    async deleteAll() {
      // Delete the key first: without it, ciphertexts left behind by a crash are unreadable.
      await keys.delete(cluster);
      const remaining = await store.list('secret', { prefix: getRecordId('') });
      for (const { id } of remaining) await store.remove('secret', id);
    },
  };
}
