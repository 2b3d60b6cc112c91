import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OAuth2Client } from 'google-auth-library';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { openFileKeyring } from '../../../src/store/vault/file-keyring.ts';
import { openKmsKeyring } from '../../../src/store/vault/kms-keyring.ts';
import { rewrapDataKeys } from '../../../src/store/vault/rewrap-data-keys.ts';
import { Secret } from '../../../src/store/vault/secret.ts';
import type { Keyring } from '../../../src/store/vault/vault.ts';
import { createVaultProvider } from '../../../src/store/vault/vault-provider.ts';
import { CloudKms } from '../../support/cloud-kms.ts';
import { SecretManager } from '../../support/secret-manager.ts';

const key = 'projects/p/locations/us-west1/keyRings/kthw/cryptoKeys/data';
const names = Array.from({ length: 25 }, (_, n) => `cluster-${n}`);
let kms: CloudKms;
let secretManager: SecretManager;
let store: Store;

beforeAll(async () => {
  kms = await CloudKms.start();
  secretManager = await SecretManager.start();
});
beforeEach(async () => {
  kms.keys.clear();
  secretManager.secrets.clear();
  kms.make(key);
  store = openSqliteStore({ path: ':memory:' });
});
afterAll(async () => {
  await kms.stop();
  await secretManager.stop();
});

describe('rewrapDataKeys', () => {
  test('rewraps every data key with the new primary version; secrets stay readable without the old one', async () => {
    await fill(kmsKeyring());
    kms.make(key);
    const { failed, ...counts } = await rewrapDataKeys(store, kmsKeyring());
    expect(counts).toEqual({ keyVersion: `${key}/cryptoKeyVersions/2`, rewrapped: 25, alreadyCurrent: 0, replaced: 0 });
    expect(failed).toEqual([]);
    kms.set(key, 1, 'DESTROYED');
    await expectAll(kmsKeyring());
  });

  test('continues after an interruption and is idempotent', async () => {
    await fill(kmsKeyring());
    kms.make(key);
    const dying = dyingAfter(kmsKeyring(), 30);
    expect((await rewrapDataKeys(store, dying)).failed.length).toBeGreaterThan(0);
    const { rewrapped, alreadyCurrent } = await rewrapDataKeys(store, kmsKeyring());
    expect([rewrapped > 0, alreadyCurrent > 0, rewrapped + alreadyCurrent]).toEqual([true, true, 25]);
    expect(await rewrapDataKeys(store, kmsKeyring())).toMatchObject({ rewrapped: 0, alreadyCurrent: 25 });
    await expectAll(kmsKeyring());
  });

  test('limits concurrency', async () => {
    await fill(kmsKeyring());
    kms.make(key);
    let now = 0;
    let most = 0;
    const inner = kmsKeyring();
    const counting: Keyring = {
      clusterKeys: inner.clusterKeys,
      wrap: (...args) => inner.wrap(...args),
      async unwrap(...args) {
        most = Math.max(most, ++now);
        return await inner.unwrap(...args).finally(() => now--);
      },
    };
    await rewrapDataKeys(store, counting, { parallel: 3 });
    expect(most).toBe(3);
  });

  test('keeps a key whose new wrapping is wrong, and names the cluster', async () => {
    await fill(kmsKeyring());
    const before = await store.list('dataKey');
    kms.make(key);
    const inner = kmsKeyring();
    const garbling: Keyring = {
      clusterKeys: inner.clusterKeys,
      wrap: (_, context) => inner.wrap(new Uint8Array(32).fill(1), context),
      unwrap: (...args) => inner.unwrap(...args),
    };
    const { rewrapped, failed } = await rewrapDataKeys(store, garbling);
    expect([rewrapped, failed.length]).toEqual([0, 25]);
    expect(failed[0]?.error.message).toMatch(/opening the kthw data key of cluster cluster-/);
    expect(await store.list('dataKey')).toEqual(before);
  });

  test('keeps concurrently replaced keys', async () => {
    await fill(kmsKeyring());
    kms.make(key);
    const inner = kmsKeyring();
    let once = true;
    const racing: Keyring = {
      clusterKeys: inner.clusterKeys,
      async wrap(bytes, context) {
        const made = await inner.wrap(bytes, context);
        if (once && context.endsWith('cluster-3')) {
          once = false;
          await createVaultProvider(store, inner).getVault('cluster-3').deleteAll();
          await createVaultProvider(store, inner)
            .getVault('cluster-3')
            .getOrCreate('a', () => new Secret('of cluster-3'));
        }
        return made;
      },
      unwrap: (...args) => inner.unwrap(...args),
    };
    expect(await rewrapDataKeys(store, racing)).toMatchObject({ rewrapped: 24, replaced: 1, failed: [] });
    await expectAll(kmsKeyring());
  });

  test('migrates between key files and from a key file to Cloud KMS', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kthw-rewrap-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [old, next] = ['old', 'next'].map((name) => openFileKeyring(join(folder, name))) as [Keyring, Keyring];
    await fill(old);
    expect((await rewrapDataKeys(store, next)).failed).toHaveLength(25);
    expect(await rewrapDataKeys(store, next, { previous: old })).toMatchObject({ rewrapped: 25, failed: [] });
    await expectAll(next);
    // The keys of clusters move too.
    expect([await old.clusterKeys.exists('cluster-1'), await next.clusterKeys.exists('cluster-1')]).toEqual([
      false,
      true,
    ]);
    expect(await rewrapDataKeys(store, kmsKeyring(), { previous: next })).toMatchObject({ rewrapped: 25, failed: [] });
    await expectAll(kmsKeyring());
    await expect(createVaultProvider(store, next).getVault('cluster-1').get('a')).rejects.toThrow(
      /restore the original key file/,
    );
  });
});

async function fill(keyring: Keyring): Promise<void> {
  for (const name of names)
    await createVaultProvider(store, keyring)
      .getVault(name)
      .getOrCreate('a', () => new Secret(`of ${name}`));
}

async function expectAll(keyring: Keyring): Promise<void> {
  const vaults = createVaultProvider(store, keyring);
  const found = await Promise.all(names.map(async (name) => (await vaults.getVault(name).get('a'))?.reveal()));
  expect(found).toEqual(names.map((name) => `of ${name}`));
}

/** Simulates a process that stops midway. */
function dyingAfter(inner: Keyring, unwraps: number): Keyring {
  let left = unwraps;
  return {
    clusterKeys: inner.clusterKeys,
    wrap: (...args) => inner.wrap(...args),
    async unwrap(...args) {
      if (left-- <= 0) throw new Error('ended');
      return await inner.unwrap(...args);
    },
  };
}

function kmsKeyring(): Keyring {
  const auth = new OAuth2Client();
  auth.setCredentials({ access_token: 'local' });
  return {
    ...openKmsKeyring({ key, endpoint: kms.url, auth: async () => auth }),
    clusterKeys: secretManager.openClusterKeys(),
  };
}
