import { randomBytes } from 'node:crypto';
import { hasRecords } from '../iterate-records.ts';
import type { RecordValue } from '../records.ts';
import { StaleVersion, type Store } from '../store.ts';
import { createDataKeyStore, type DataKeyStore, type OpenVault } from './data-key-store.ts';
import { SecretUnreadable, seal, unseal } from './seal.ts';
import { Secret } from './secret.ts';
import { getSecretId, getSecretPrefix } from './secret-id.ts';
import type { Keyring, Vault, VaultProvider } from './vault.ts';

/** Ciphertext format. Authenticated, so that formats can't be confused. */
const FORMAT = '2';
/** The ciphertext in base64 fits in one record. */
const MAX_SECRET_BYTES = 512 * 1024;
/** Attempts to change a vault that other processes change at the same time. */
const MAX_ATTEMPTS = 20;

/** The message never contains the secret. */
export class SecretTooLarge extends Error {
  override name = 'SecretTooLarge';
}

/**
 * Creates vaults that store secrets as AES-256-GCM ciphertext. Each cluster has a data key, which is encrypted with the key
 * of the cluster and wrapped by the keyring. A ciphertext is bound to its format, cluster, path and version. An index,
 * authenticated with the data key, has the expected version of each secret: moved, old and missing ciphertexts are refused.
 */
export function createVaultProvider(store: Store, keyring: Keyring): VaultProvider {
  const keys = createDataKeyStore(store, keyring);
  return { getVault: (cluster) => createEnvelopeVault(store, keys, cluster) };
}

function createEnvelopeVault(store: Store, keys: DataKeyStore, cluster: string): Vault {
  async function get(path: string): Promise<Secret | undefined> {
    let previous: OpenVault | undefined;
    for (;;) {
      const opened = await keys.open(cluster);
      const version = opened && findVersion(opened, path);
      if (opened === undefined || version === undefined) return undefined;
      const record = await store.read('secret', getSecretId(cluster, path, version));
      if (record) return decrypt(opened, path, version, record.value);
      // A concurrent change writes the index before it removes the earlier version.
      if (opened.record.version === previous?.record.version)
        throw new SecretUnreadable(`opening ${describeSecret(path)}: it was deleted from the store outside kthw`);
      previous = opened;
    }
  }

  /** Repeats a change of the index until no other process has changed it at the same time. */
  async function changeIndex<T>(doing: string, change: () => Promise<{ readonly done: T } | undefined>): Promise<T> {
    return await keys.runExclusive(cluster, async () => {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const result = await change();
        if (result) return result.done;
      }
      throw new StaleVersion(`${doing}: concurrent changes; try again`);
    });
  }

  /** Stores `created`, unless the path has a secret. Returns the secret that counts. */
  function create(path: string, created: Secret): Promise<Secret> {
    return changeIndex(`storing ${describeSecret(path)}`, async () => {
      const opened = await keys.openOrCreate(cluster);
      const existing = await get(path);
      if (existing !== undefined) return { done: existing };
      const version = randomBytes(12).toString('base64url');
      const id = getSecretId(cluster, path, version);
      // The ciphertext first: after a crash in between, the index names no secret that is not there.
      await store.write('secret', id, encrypt(opened, path, version, created), undefined);
      const versions = { ...opened.index.versions, [path]: version };
      if (await keys.tryChangeIndex(cluster, opened, { versions })) return { done: created };
      await store.remove('secret', id);
      return undefined;
    });
  }

  function removeFromIndex(path: string): Promise<void> {
    return changeIndex(`deleting ${describeSecret(path)}`, async () => {
      const opened = await keys.open(cluster);
      if (opened === undefined || findVersion(opened, path) === undefined) return { done: undefined };
      const { [path]: _, ...versions } = opened.index.versions;
      return (await keys.tryChangeIndex(cluster, opened, { versions })) ? { done: undefined } : undefined;
    });
  }

  function encrypt({ key }: OpenVault, path: string, version: string, secret: Secret): RecordValue<'secret'> {
    const sealed = Buffer.from(seal(key, secret.revealBytes(), buildAssociatedData(path, version)));
    const ciphertext = `${FORMAT}.${sealed.subarray(12).toString('base64')}`;
    return { cluster, path, version, nonce: sealed.subarray(0, 12).toString('base64'), ciphertext };
  }

  function decrypt({ key }: OpenVault, path: string, version: string, record: RecordValue<'secret'>): Secret {
    const [format, data = ''] = record.ciphertext.split('.');
    if (format !== FORMAT) throw new SecretUnreadable(`opening ${describeSecret(path)}: unsupported format`);
    const sealed = Buffer.concat([Buffer.from(record.nonce, 'base64'), Buffer.from(data, 'base64')]);
    return new Secret(unseal(key, sealed, buildAssociatedData(path, version), describeSecret(path)));
  }

  function assertSize(path: string, secret: Secret): Secret {
    const bytes = secret.revealBytes().length;
    if (bytes <= MAX_SECRET_BYTES) return secret;
    throw new SecretTooLarge(`storing ${describeSecret(path)}: too large: ${bytes} bytes, limit ${MAX_SECRET_BYTES}`);
  }

  function describeSecret(path: string): string {
    return `secret ${JSON.stringify(path)} of ${JSON.stringify(cluster)}`;
  }

  function buildAssociatedData(path: string, version: string): string {
    return JSON.stringify(['kthw secret', FORMAT, cluster, path, version]);
  }

  async function removeAll(prefix: string): Promise<void> {
    for (const { id } of await store.list('secret', { prefix })) await store.remove('secret', id);
  }

  return {
    get,
    async getOrCreate(path, make) {
      const existing = await get(path);
      if (existing !== undefined) return existing;
      // Outside of `changeIndex`, because creating a key pair takes long.
      return await create(path, assertSize(path, await make()));
    },
    async readOutputs() {
      return (await keys.open(cluster))?.index.outputs ?? {};
    },
    saveOutputs: (added) =>
      changeIndex(`storing outputs of ${JSON.stringify(cluster)}`, async () => {
        const opened = await keys.openOrCreate(cluster);
        const outputs = { ...opened.index.outputs, ...added };
        return (await keys.tryChangeIndex(cluster, opened, { outputs })) ? { done: undefined } : undefined;
      }),
    async delete(path) {
      await removeFromIndex(path);
      // Also versions that a crash left.
      await removeAll(getSecretPrefix(cluster, path));
    },
    async isEmpty() {
      const [hasKey, hasSecrets] = await Promise.all([
        keys.exists(cluster),
        hasRecords(store, 'secret', getSecretPrefix(cluster)),
      ]);
      return !hasKey && !hasSecrets;
    },
    async deleteAll() {
      await keys.delete(cluster);
      await removeAll(getSecretPrefix(cluster));
    },
  };
}

function findVersion({ index: { versions } }: OpenVault, path: string): string | undefined {
  return Object.hasOwn(versions, path) ? versions[path] : undefined;
}
