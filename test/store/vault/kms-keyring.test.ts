import { inspect } from 'node:util';
import { OAuth2Client } from 'google-auth-library';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { StoreUnavailable } from '../../../src/store/store.ts';
import { KeyringError } from '../../../src/store/vault/keyring-error.ts';
import { openKmsKeyring } from '../../../src/store/vault/kms-keyring.ts';
import { SecretUnreadable } from '../../../src/store/vault/seal.ts';
import { Secret } from '../../../src/store/vault/secret.ts';
import { createVaultProvider } from '../../../src/store/vault/vault-provider.ts';
import { vaultContract } from '../../contract/vault.contract.ts';
import { CloudKms } from '../../support/cloud-kms.ts';
import { SecretManager } from '../../support/secret-manager.ts';

const ring = 'projects/p/locations/us-west1/keyRings/kthw';
const key = `${ring}/cryptoKeys/data`;
const dataKey = new Uint8Array(32).fill(7);
let kms: CloudKms;
let secretManager: SecretManager;

beforeAll(async () => {
  kms = await CloudKms.start();
  secretManager = await SecretManager.start();
});
beforeEach(() => {
  kms.keys.clear();
  secretManager.secrets.clear();
  kms.denied.clear();
  kms.away = 0;
  kms.make(key);
});
afterAll(async () => {
  await kms.stop();
  await secretManager.stop();
});

vaultContract('a store with Cloud KMS and Secret Manager', async () => {
  const store = openSqliteStore({ path: ':memory:' });
  onTestFinished(() => store.close());
  kms.make(key);
  secretManager.secrets.clear();
  return { keyring: keyring(), open: async () => ({ ...store, close: async () => {} }) };
});

describe('Cloud KMS', () => {
  test('wraps with the primary version, unwraps, and hides the data key', async () => {
    const { wrapped, keyVersion } = await keyring().wrap(dataKey, 'demo');
    expect(keyVersion).toBe(`${key}/cryptoKeyVersions/1`);
    expect(Buffer.from(wrapped).includes(Buffer.from(dataKey.subarray(0, 8)))).toBe(false);
    expect(new Uint8Array(await keyring().unwrap(wrapped, 'demo', keyVersion))).toEqual(dataKey);
    await expect(keyring().unwrap(wrapped, 'other', keyVersion)).rejects.toThrow(SecretUnreadable);
  });

  test('unwraps keys of older versions', async () => {
    const first = await keyring().wrap(dataKey, 'demo');
    kms.make(key);
    expect((await keyring().wrap(dataKey, 'demo')).keyVersion).toBe(`${key}/cryptoKeyVersions/2`);
    expect(new Uint8Array(await keyring().unwrap(first.wrapped, 'demo', first.keyVersion))).toEqual(dataKey);
  });

  test.each([
    [
      'encrypting is denied',
      () => kms.denied.add('encrypt'),
      /permission denied: .*cryptoKeys\/data; run `npm run deploy`/,
    ],
    ['the API is off', () => kms.denied.add('disabled'), /`gcloud services enable cloudkms.googleapis.com`/],
    ['there is no such key', () => kms.keys.clear(), /key .* not found; correct KTHW_KMS_KEY/],
    [
      'the primary is disabled',
      () => kms.set(key, 1, 'DISABLED'),
      /1 is disabled; run `gcloud kms keys versions enable 1 --key data --keyring kthw --location us-west1`/,
    ],
    ['the primary is destroyed', () => kms.set(key, 1, 'DESTROYED'), /1 is destroyed; delete and recreate/],
  ])('gives a remedy when %s, without the data key in the error', async (_, spoil, says) => {
    spoil();
    const error = await keyring()
      .wrap(dataKey, 'demo')
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(KeyringError);
    expect(String(error)).toMatch(says);
    expect(inspect(error, { depth: 20 })).not.toContain(Buffer.from(dataKey).toString('base64'));
  });

  test.each([
    [
      'decrypting is denied',
      () => kms.denied.add('decrypt'),
      /opening the demo: permission denied: the service account can't use/,
    ],
    [
      'its version is disabled',
      () => kms.set(key, 1, 'DISABLED'),
      /1 is disabled; run `gcloud kms keys versions enable 1 /,
    ],
    [
      'its version is about to go',
      () => kms.set(key, 1, 'DESTROY_SCHEDULED'),
      /scheduled for destruction at 2026-12-24.*versions restore 1 /,
    ],
    [
      'its version is gone',
      () => kms.set(key, 1, 'DESTROYED'),
      /1 is destroyed; delete and recreate the affected clusters/,
    ],
    [
      'its state may not be looked at',
      () => {
        kms.set(key, 1, 'DISABLED');
        kms.denied.add('get');
      },
      /is not usable; check its state/,
    ],
  ])('gives a remedy for a secret when %s', async (_, spoil, says) => {
    const { wrapped, keyVersion } = await keyring().wrap(dataKey, 'demo');
    spoil();
    const opening = keyring().unwrap(wrapped, 'demo', keyVersion);
    await expect(opening).rejects.toThrow(says);
    await expect(opening).rejects.toBeInstanceOf(KeyringError);
  });

  test('names both keys if another one is configured, without calling Google', async () => {
    const { wrapped, keyVersion } = await keyring().wrap(dataKey, 'demo');
    const before = kms.calls.length;
    const other = keyring(`${ring}/cryptoKeys/other`);
    await expect(other.unwrap(wrapped, 'demo', keyVersion)).rejects.toThrow(
      `wrapped with "${keyVersion}", but KTHW_KMS_KEY is ${ring}/cryptoKeys/other; set the original key`,
    );
    expect(kms.calls).toHaveLength(before);
  });

  test('reports a key wrapped with another key', async () => {
    const { wrapped, keyVersion } = await keyring().wrap(dataKey, 'demo');
    kms.keys.delete(key);
    kms.make(key);
    await expect(keyring().unwrap(wrapped, 'demo', keyVersion)).rejects.toThrow(/with another key/);
  });

  test('reports an unreachable Cloud KMS as StoreUnavailable', async () => {
    kms.away = Number.POSITIVE_INFINITY;
    await expect(keyring(key, 500).wrap(dataKey, 'demo')).rejects.toBeInstanceOf(StoreUnavailable);
  });

  test('reads secrets after a key version is disabled and enabled', async () => {
    const store = openSqliteStore({ path: ':memory:' });
    onTestFinished(() => store.close());
    await createVaultProvider(store, keyring())
      .getVault('demo')
      .getOrCreate('a', () => new Secret('quiet'));
    kms.set(key, 1, 'DISABLED');
    await expect(createVaultProvider(store, keyring()).getVault('demo').get('a')).rejects.toThrow(/is disabled/);
    kms.set(key, 1, 'ENABLED');
    expect((await createVaultProvider(store, keyring()).getVault('demo').get('a'))?.reveal()).toBe('quiet');
  });
});

function keyring(name = key, requestTimeoutMs = 10_000) {
  const auth = new OAuth2Client();
  auth.setCredentials({ access_token: 'local' });
  return {
    ...openKmsKeyring({ key: name, endpoint: kms.url, auth: async () => auth, requestTimeoutMs }),
    clusterKeys: secretManager.openClusterKeys(),
  };
}
