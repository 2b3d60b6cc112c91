import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { StoreUnavailable } from '../../../src/store/store.ts';
import { openFileClusterKeys } from '../../../src/store/vault/file-cluster-keys.ts';
import { KeyringError } from '../../../src/store/vault/keyring-error.ts';
import type { ClusterKeys } from '../../../src/store/vault/vault.ts';
import { Refusal } from '../../support/google-api.ts';
import { SecretManager } from '../../support/secret-manager.ts';

let secretManager: SecretManager;
beforeAll(async () => {
  secretManager = await SecretManager.start();
});
beforeEach(() => {
  secretManager.secrets.clear();
  secretManager.refusals.length = 0;
});
afterAll(() => secretManager.stop());

describe.each<[string, () => ClusterKeys]>([
  ['files', () => openFileClusterKeys(freshFolder())],
  ['Secret Manager', () => secretManager.openClusterKeys()],
])('keys of clusters in %s', (_, open) => {
  test('differ by cluster and stay the same', async () => {
    const keys = open();
    const [one, two] = [await keys.getOrCreate('demo'), await keys.getOrCreate('demo-2')];
    expect(Buffer.from(one).equals(two)).toBe(false);
    expect(one).toHaveLength(32);
    expect(Buffer.from(await keys.getOrCreate('demo'))).toEqual(Buffer.from(one));
    expect(Buffer.from((await keys.find('demo')) ?? [])).toEqual(Buffer.from(one));
  });

  test('are the same for concurrent creators', async () => {
    const keys = open();
    const created = await Promise.all(Array.from({ length: 8 }, () => keys.getOrCreate('demo')));
    expect(new Set(created.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
  });

  test('are gone after their destruction, which can be repeated, and keep the others', async () => {
    const keys = open();
    const [old, other] = [await keys.getOrCreate('demo'), await keys.getOrCreate('other')];
    await keys.destroy('demo');
    await keys.destroy('demo');
    expect([await keys.find('demo'), await keys.exists('demo')]).toEqual([undefined, false]);
    expect(Buffer.from((await keys.find('other')) ?? [])).toEqual(Buffer.from(other));
    expect(Buffer.from(await keys.getOrCreate('demo')).equals(old)).toBe(false);
  });
});

describe('a key file of a cluster', () => {
  test('is for its owner only and leaves no bytes behind', async () => {
    const folder = freshFolder();
    const keys = openFileClusterKeys(folder);
    await keys.getOrCreate('demo');
    expect(statSync(join(folder, 'demo.key')).mode & 0o777).toBe(0o600);
    await keys.destroy('demo');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is destroyed completely after a crash in the middle', async () => {
    const folder = freshFolder();
    const keys = openFileClusterKeys(folder);
    await keys.getOrCreate('demo');
    renameSync(join(folder, 'demo.key'), join(folder, 'demo.key.destroyed'));
    expect([await keys.find('demo'), await keys.exists('demo')]).toEqual([undefined, true]);
    await keys.destroy('demo');
    expect([await keys.exists('demo'), readdirSync(folder)]).toEqual([false, []]);
  });

  test('that is damaged can be destroyed', async () => {
    const folder = freshFolder();
    const keys = openFileClusterKeys(folder);
    await keys.getOrCreate('demo');
    writeFileSync(join(folder, 'demo.key'), 'kthw');
    await expect(keys.find('demo')).rejects.toThrow(/does not contain a key/);
    await keys.destroy('demo');
    expect(await keys.exists('demo')).toBe(false);
  });

  test('of a cluster with a slash stays in the folder', async () => {
    const folder = freshFolder();
    await openFileClusterKeys(folder).getOrCreate('../up');
    expect(readdirSync(folder)).toEqual(['..%2Fup.key']);
    expect(readFileSync(join(folder, '..%2Fup.key'), 'utf8')).toMatch(/^kthw-key-1 /);
  });
});

describe('a key of a cluster in Secret Manager', () => {
  test('is created again after a crash between secret and version', async () => {
    secretManager.secrets.set('projects/p/secrets/kthw-cluster-key-demo', []);
    const keys = secretManager.openClusterKeys();
    expect([await keys.find('demo'), await keys.exists('demo')]).toEqual([undefined, true]);
    expect(await keys.getOrCreate('demo')).toHaveLength(32);
  });

  test.each([429, 500, 503])('is temporarily unavailable with status %i', async (status) => {
    secretManager.refusals.push(new Refusal(status, 'X', 'x'));
    await expect(secretManager.openClusterKeys().find('demo')).rejects.toThrow(StoreUnavailable);
  });

  test('is refused with a remedy', async () => {
    secretManager.refusals.push(new Refusal(403, 'PERMISSION_DENIED', 'no'));
    const error = await secretManager
      .openClusterKeys()
      .destroy('demo')
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KeyringError);
    expect(String(error)).toMatch(/destroying the key of cluster demo: .*PERMISSION_DENIED.*npm run deploy/);
  });

  test('does not respond', async () => {
    const getRequestHeaders = async () => new Headers();
    const { openSecretManagerClusterKeys } = await import('../../../src/store/vault/secret-manager-cluster-keys.ts');
    const keys = openSecretManagerClusterKeys({ project: 'p', getRequestHeaders, endpoint: 'http://127.0.0.1:9' });
    await expect(keys.find('demo')).rejects.toThrow(StoreUnavailable);
  });
});

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kthw-cluster-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
