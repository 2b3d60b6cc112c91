import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { RecordValue } from '../../../src/store/records.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { openFileKeyring } from '../../../src/store/vault/file-keyring.ts';
import { SecretUnreadable } from '../../../src/store/vault/seal.ts';
import { Secret } from '../../../src/store/vault/secret.ts';
import type { Keyring } from '../../../src/store/vault/vault.ts';
import { createVaultProvider, SecretTooLarge } from '../../../src/store/vault/vault-provider.ts';
import { vaultContract } from '../../contract/vault.contract.ts';
import { clusterRecord } from '../../support/store-fixtures.ts';

type Ciphertext = RecordValue<'secret'>;
const PLAIN = '-----BEGIN PRIVATE KEY-----\nMIIE-tell-nobody\n-----END PRIVATE KEY-----\n';

vaultContract('SQLite', async () => {
  const { folder, keyring } = freshMachine();
  return { keyring, open: async () => openIn(folder) };
});

describe('a vault', () => {
  test.each([
    ['text', PLAIN],
    ['bytes that are no text', new Uint8Array([0, 255, 128, 10, 0])],
    ['nothing', ''],
  ])('returns %s', async (_, value) => {
    const { store, keyring } = freshMachine();
    await createVaultProvider(store, keyring)
      .getVault('demo')
      .getOrCreate('a/b', () => new Secret(value));
    const found = await createVaultProvider(store, keyring).getVault('demo').get('a/b');
    expect(Buffer.from(found?.revealBytes() ?? [])).toEqual(Buffer.from(new Secret(value).revealBytes()));
  });

  test('creates a secret only if missing', async () => {
    const { store, keyring } = freshMachine();
    const vault = createVaultProvider(store, keyring).getVault('demo');
    const make = vi.fn(async () => new Secret('x'));
    await vault.getOrCreate('a/b', make);
    await vault.getOrCreate('a/b', make);
    expect(make).toHaveBeenCalledTimes(1);
  });

  test('separates paths and clusters with confusable names', async () => {
    const { store, keyring } = freshMachine();
    const vaults = createVaultProvider(store, keyring);
    const places = [
      ['a', 'b:c'],
      ['a:b', 'c'],
      ['a', 'b/c'],
      ['a', 'b%2Fc'],
      ['a', 'b'],
      ['A', 'b'],
    ] as const;
    for (const [cluster, path] of places)
      await vaults.getVault(cluster).getOrCreate(path, () => new Secret(`${cluster} ${path}`));
    for (const [cluster, path] of places) {
      expect((await vaults.getVault(cluster).get(path))?.reveal()).toBe(`${cluster} ${path}`);
    }
  });

  test('stores no plaintext', async () => {
    const { folder, store, keyring, dataKeys } = freshMachine();
    await store.write('cluster', 'readable-name', clusterRecord(), undefined);
    await createVaultProvider(store, keyring)
      .getVault('demo')
      .getOrCreate('authority/key', () => new Secret(PLAIN));
    expect(dataKeys).toHaveLength(1);
    const key = Buffer.from(dataKeys[0] ?? []);
    const bytes = Buffer.concat(readdirSync(folder).map((file) => readFileSync(join(folder, file))));
    // Proves that the search works.
    expect(bytes.includes('readable-name')).toBe(true);
    const plain = Buffer.from(PLAIN);
    for (const secret of [plain, plain.subarray(30, 40), key, key.subarray(8, 24)]) {
      const base64 = secret.toString('base64').replace(/=+$/, '').slice(0, -1);
      for (const trace of [secret, secret.toString('hex'), base64]) expect(bytes.includes(trace)).toBe(false);
    }
  });

  test('stores nothing after deleteAll', async () => {
    const { store, keyring } = freshMachine();
    const vault = createVaultProvider(store, keyring).getVault('demo');
    for (const path of ['authority/key', 'etcd/key']) await vault.getOrCreate(path, () => new Secret(PLAIN));
    await vault.deleteAll();
    expect([...(await store.list('secret')), ...(await store.list('dataKey'))]).toEqual([]);
  });

  test('deletes the keys first, so that a crash leaves unreadable ciphertexts', async () => {
    const { store, keyring } = freshMachine();
    await createVaultProvider(store, keyring)
      .getVault('demo')
      .getOrCreate('authority/key', () => new Secret(PLAIN));
    const crashing = overriding(store, {
      list: async () => {
        throw new Error('killed');
      },
    });
    await expect(createVaultProvider(crashing, keyring).getVault('demo').deleteAll()).rejects.toThrow('killed');
    const after = createVaultProvider(store, keyring).getVault('demo');
    expect([await after.isEmpty(), await keyring.clusterKeys.exists('demo')]).toEqual([false, false]);
    expect(await store.list('secret')).toHaveLength(1);
    await after.deleteAll();
    expect([await after.isEmpty(), await after.get('authority/key')]).toEqual([true, undefined]);
  });

  test('keeps no orphaned secret when deleted during a write', async () => {
    const { store, keyring } = freshMachine();
    const other = createVaultProvider(store, keyring).getVault('demo');
    await other.getOrCreate('first', () => new Secret('first'));
    let shreds = 1;
    const slow = overriding(store, {
      async write(kind, id, value, version) {
        // After reading the data key and before writing the ciphertext.
        if (kind === 'secret' && shreds-- > 0) await other.deleteAll();
        return store.write(kind, id, value, version);
      },
    });
    const make = vi.fn(() => new Secret('second'));
    const kept = await createVaultProvider(slow, keyring).getVault('demo').getOrCreate('second', make);
    expect(kept.reveal()).toBe('second');
    expect(make).toHaveBeenCalledTimes(1);
    const found = await createVaultProvider(store, keyring).getVault('demo').get('second');
    expect(found?.reveal()).toBe('second');
    expect(await store.list('secret')).toHaveLength(1);
  });

  test('leaves nothing of itself in the files of the store after deleteAll', async () => {
    const { folder, store, keyring } = freshMachine();
    await store.write('cluster', 'readable-name', clusterRecord(), undefined);
    const vault = createVaultProvider(store, keyring).getVault('demo');
    // More than a page, in one record and in many.
    const big = new Secret(new Uint8Array(40_000).fill(65));
    await vault.getOrCreate('big', () => big);
    for (let n = 0; n < 30; n++) await vault.getOrCreate(`small-${n}`, () => new Secret(`secret ${n}`));
    await vault.delete('small-3');
    const records = [...(await store.list('secret')), ...(await store.list('dataKey'))];
    const traces = records.flatMap(({ value }) =>
      'ciphertext' in value
        ? [value.nonce, ...splitText(value.ciphertext)]
        : [value.wrappedKey, value.index.mac, ...splitText(value.wrappedKey)],
    );
    const before = readFiles(folder);
    expect(traces.filter((trace) => !before.includes(trace))).toEqual([]);
    await vault.deleteAll();
    // While the store is open: a backup may copy the files at any time.
    const after = readFiles(folder);
    expect(after.includes('readable-name')).toBe(true);
    expect(traces.filter((trace) => after.includes(trace))).toEqual([]);
  });

  test('caches an unwrapped key for five minutes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { store, keyring } = freshMachine();
    const unwrap = vi.spyOn(keyring, 'unwrap');
    const vault = createVaultProvider(store, keyring).getVault('demo');
    await vault.getOrCreate('a', () => new Secret('x'));
    const first = unwrap.mock.calls.length;
    await Promise.all([vault.get('a'), vault.get('a'), vault.getOrCreate('a', () => new Secret('y'))]);
    vi.advanceTimersByTime(299_999);
    await vault.get('a');
    expect(unwrap).toHaveBeenCalledTimes(first);
    vi.advanceTimersByTime(1);
    await Promise.all([vault.get('a'), vault.get('a')]);
    expect(unwrap).toHaveBeenCalledTimes(first + 1);
  });

  test('accepts 512 KiB and rejects more', async () => {
    const { store, keyring } = freshMachine();
    const vault = createVaultProvider(store, keyring).getVault('demo');
    const most = new Uint8Array(512 * 1024).fill(65);
    await vault.getOrCreate('most', () => new Secret(most));
    expect((await vault.get('most'))?.revealBytes().length).toBe(most.length);
    const more = vault.getOrCreate('more', () => new Secret(new Uint8Array(most.length + 1)));
    await expect(more).rejects.toThrow(SecretTooLarge);
    await expect(more).rejects.toThrow(/secret "more" of "demo": too large: 524289 bytes, limit 524288/);
    expect(await vault.get('more')).toBeUndefined();
  });
});

describe('a ciphertext', () => {
  test.each<[string, (c: Ciphertext, other: Ciphertext) => Partial<Ciphertext>]>([
    ['of another path', (_, other) => other],
    ['with another’s nonce', (_, other) => ({ nonce: other.nonce })],
    [
      'with a bit changed',
      (c) => ({
        ciphertext: `${c.ciphertext.slice(0, -8)}${c.ciphertext.at(-8) === 'A' ? 'B' : 'A'}${c.ciphertext.slice(-7)}`,
      }),
    ],
    ['with its end cut off', (c) => ({ ciphertext: c.ciphertext.slice(0, 24) })],
    ['with no nonce', () => ({ nonce: '' })],
    ['of another version of the format', (c) => ({ ciphertext: c.ciphertext.replace(/^2\./, '1.') })],
    ['of no format', () => ({ ciphertext: 'AAAA' })],
  ])('%s is unreadable', async (_, change) => {
    const { store, keyring } = freshMachine();
    const vault = createVaultProvider(store, keyring).getVault('demo');
    await vault.getOrCreate('authority/key', () => new Secret(PLAIN));
    await vault.getOrCreate('etcd/key', () => new Secret(PLAIN));
    const [own, other] = await store.list('secret');
    if (own === undefined || other === undefined) throw new Error('two ciphertexts were to be there');
    await store.write('secret', own.id, { ...own.value, ...change(own.value, other.value) }, own.version);
    const error = await vault.get('authority/key').then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SecretUnreadable);
    expect(inspect(error)).not.toContain('tell-nobody');
    // Silent recreation would invalidate everything issued with the first secret.
    await expect(vault.getOrCreate('authority/key', () => new Secret('another'))).rejects.toThrow(SecretUnreadable);
    expect((await vault.get('etcd/key'))?.reveal()).toBe(PLAIN);
  });

  test.each([
    ['the file’s', (keyring: Keyring) => keyring],
    // Even with a keyring without context binding, the ciphertext is bound.
    ['one that binds nothing', bindingNothing],
  ])('of another cluster is unreadable even with its data key copied: keyring %s', async (_, of) => {
    const { store, keyring: file } = freshMachine();
    const keyring = of(file);
    const vaults = createVaultProvider(store, keyring);
    await vaults.getVault('mine').getOrCreate('authority/key', () => new Secret(PLAIN));
    await vaults.getVault('theirs').getOrCreate('authority/key', () => new Secret('theirs'));
    const [mine, theirs] = await store.list('secret');
    if (mine === undefined || theirs === undefined) throw new Error('two ciphertexts were to be there');
    await store.write('secret', theirs.id, { ...mine.value, cluster: 'theirs' }, theirs.version);
    await expect(createVaultProvider(store, keyring).getVault('theirs').get('authority/key')).rejects.toThrow(
      SecretUnreadable,
    );
    const [myKey, theirKey] = await store.list('dataKey');
    if (myKey === undefined || theirKey === undefined) throw new Error('two data keys were to be there');
    await store.write('dataKey', theirKey.id, myKey.value, theirKey.version);
    await expect(createVaultProvider(store, keyring).getVault('theirs').get('authority/key')).rejects.toThrow(
      SecretUnreadable,
    );
  });

  test('is not encrypted with a data key copied from another cluster', async () => {
    const { store, keyring } = freshMachine();
    await createVaultProvider(store, keyring)
      .getVault('mine')
      .getOrCreate('authority/key', () => new Secret(PLAIN));
    const [key] = await store.list('dataKey');
    if (key === undefined) throw new Error('a data key was to be there');
    await store.write('dataKey', 'theirs', key.value, undefined);
    const ensure = createVaultProvider(store, keyring)
      .getVault('theirs')
      .getOrCreate('authority/key', () => new Secret('theirs'));
    await expect(ensure).rejects.toThrow(/opening the kthw data key of cluster theirs/);
    expect(await store.list('secret')).toHaveLength(1);
  });

  test('from before deleteAll is unreadable after recreation', async () => {
    const { store, keyring } = freshMachine();
    const vault = createVaultProvider(store, keyring).getVault('demo');
    await vault.getOrCreate('authority/key', () => new Secret('old'));
    const [old] = await store.list('secret');
    await vault.deleteAll();
    await vault.getOrCreate('authority/key', () => new Secret('new'));
    const [current] = await store.list('secret');
    if (old === undefined || current === undefined) throw new Error('a ciphertext was to be there');
    await store.write('secret', current.id, old.value, current.version);
    await expect(createVaultProvider(store, keyring).getVault('demo').get('authority/key')).rejects.toThrow(
      SecretUnreadable,
    );
  });

  test('differs each time for the same secret', async () => {
    const { store, keyring } = freshMachine();
    const vault = createVaultProvider(store, keyring).getVault('demo');
    for (const path of ['a', 'b', 'c']) await vault.getOrCreate(path, () => new Secret(PLAIN));
    const found = await store.list('secret');
    expect(new Set(found.map(({ value }) => value.nonce)).size).toBe(3);
    expect(new Set(found.map(({ value }) => value.ciphertext)).size).toBe(3);
  });
});

function freshMachine(): { folder: string; store: Store; keyring: Keyring; dataKeys: Uint8Array[] } {
  const folder = mkdtempSync(join(tmpdir(), 'kthw-vault-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const keys = mkdtempSync(join(tmpdir(), 'kthw-vault-key-'));
  onTestFinished(() => rmSync(keys, { recursive: true }));
  const file = openFileKeyring(join(keys, 'kthw.key'));
  const dataKeys: Uint8Array[] = [];
  const keyring: Keyring = {
    clusterKeys: file.clusterKeys,
    wrap(key, context) {
      dataKeys.push(key);
      return file.wrap(key, context);
    },
    unwrap: (...args) => file.unwrap(...args),
  };
  return { folder, store: openIn(folder), keyring, dataKeys };
}

function readFiles(folder: string): Buffer {
  return Buffer.concat(readdirSync(folder).map((file) => readFileSync(join(folder, file))));
}

/** Parts of a text that is longer than a page of the file. */
function splitText(text: string): string[] {
  return (text.match(/.{24}/g) ?? []).filter((_, n) => n % 50 === 0);
}

function openIn(folder: string): Store {
  const store = openSqliteStore({ path: join(folder, 'kthw.sqlite') });
  onTestFinished(() => store.close());
  return store;
}

function bindingNothing(keyring: Keyring): Keyring {
  return {
    clusterKeys: keyring.clusterKeys,
    wrap: (key) => keyring.wrap(key, ''),
    unwrap: (wrapped, _, version) => keyring.unwrap(wrapped, '', version),
  };
}

/** The store with some of its methods replaced. */
function overriding(store: Store, methods: Partial<Store>): Store {
  return new Proxy(store, {
    get: (target, name: keyof Store) => methods[name] ?? (target[name] as () => unknown).bind(target),
  });
}
