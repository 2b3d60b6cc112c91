import { describe, expect, test } from 'vitest';
import type { RecordKind, RecordValue } from '../../src/store/records.ts';
import type { Store } from '../../src/store/store.ts';
import { SecretUnreadable } from '../../src/store/vault/seal.ts';
import { Secret } from '../../src/store/vault/secret.ts';
import type { Keyring, Vault } from '../../src/store/vault/vault.ts';
import { createVaultProvider } from '../../src/store/vault/vault-provider.ts';
import type { VaultUnderTest } from './vault.contract.ts';

type StoredRecords = readonly { readonly kind: RecordKind; readonly id: string; readonly value: unknown }[];

/** What someone who can write the store, but has no key, can't do. */
export function vaultAttacksContract(name: string, fresh: () => Promise<VaultUnderTest>): void {
  describe(`a writer of ${name} without a key`, () => {
    test('can’t put an old ciphertext back, under its own id or that of the current one', async () => {
      const { store, vault, openVault } = await open(fresh);
      await vault.getOrCreate('ca', () => new Secret('old'));
      const [old] = await store.list('secret');
      await vault.delete('ca');
      await vault.getOrCreate('ca', () => new Secret('new'));
      const [current] = await store.list('secret');
      if (!old || !current) throw new Error('a ciphertext is missing');
      await store.write('secret', old.id, old.value, undefined);
      expect((await openVault().get('ca'))?.reveal()).toBe('new');
      for (const value of [old.value, { ...old.value, version: current.value.version }]) {
        await overwrite(store, 'secret', current.id, value);
        await expect(openVault().get('ca')).rejects.toThrow(SecretUnreadable);
      }
    });

    test('can’t name an old version in the index', async () => {
      const { store, vault, openVault } = await open(fresh);
      await vault.getOrCreate('ca', () => new Secret('old'));
      const [old] = await store.list('secret');
      await vault.delete('ca');
      await vault.getOrCreate('ca', () => new Secret('new'));
      if (!old) throw new Error('a ciphertext is missing');
      await store.write('secret', old.id, old.value, undefined);
      await changeIndex(store, (index) => ({ ...index, versions: { ca: old.value.version } }));
      await expect(openVault().get('ca')).rejects.toThrow(/index was changed outside kthw/);
      await expect(openVault().getOrCreate('ca', () => new Secret('x'))).rejects.toThrow(SecretUnreadable);
    });

    test('can’t put an earlier index back while a process runs', async () => {
      const { store, vault } = await open(fresh);
      await vault.saveOutputs({ address: '203.0.113.1' });
      const before = await copyRecords(store);
      await vault.saveOutputs({ address: '203.0.113.2' });
      await putBack(store, before);
      await expect(vault.readOutputs()).rejects.toThrow(/the store has an older copy/);
    });

    test('can’t move a ciphertext to another path or cluster', async () => {
      const { store, vault, openVault } = await open(fresh);
      await vault.getOrCreate('ca', () => new Secret('of ca'));
      await vault.getOrCreate('etcd', () => new Secret('of etcd'));
      await openVault('other').getOrCreate('ca', () => new Secret('of other'));
      const all = await store.list('secret');
      for (const from of all) {
        for (const to of all.filter(({ id }) => id !== from.id)) {
          const original = (await store.read('secret', to.id))?.value;
          const { cluster, path, version } = to.value;
          await overwrite(store, 'secret', to.id, { ...from.value, cluster, path, version });
          await expect(openVault(cluster).get(path)).rejects.toThrow(SecretUnreadable);
          await overwrite(store, 'secret', to.id, original as RecordValue<'secret'>);
        }
      }
      expect((await openVault().get('ca'))?.reveal()).toBe('of ca');
    });

    test('can’t make a secret look absent', async () => {
      const { store, vault, openVault } = await open(fresh);
      await vault.getOrCreate('ca', () => new Secret('of ca'));
      for (const { id } of await store.list('secret')) await store.remove('secret', id);
      await expect(openVault().get('ca')).rejects.toThrow(/deleted from the store outside kthw/);
    });

    test.each<[string, (outputs: object) => object]>([
      ['change', () => ({ 'host-keys/demo-worker-0': ['ssh-ed25519 attacker'] })],
      ['add', (outputs) => ({ ...outputs, 'host-keys/demo-worker-1': ['ssh-ed25519 attacker'] })],
      ['remove', () => ({})],
    ])('can’t %s outputs', async (_, change) => {
      const { store, vault, openVault } = await open(fresh);
      await vault.saveOutputs({ 'host-keys/demo-worker-0': ['ssh-ed25519 real'] });
      expect(await openVault().readOutputs()).toEqual({ 'host-keys/demo-worker-0': ['ssh-ed25519 real'] });
      await changeIndex(store, (index) => ({ ...index, outputs: change(index.outputs) as typeof index.outputs }));
      await expect(openVault().readOutputs()).rejects.toThrow(/index was changed outside kthw/);
      await expect(openVault().saveOutputs({ more: 1 })).rejects.toThrow(SecretUnreadable);
    });

    test('can’t copy the index of another cluster', async () => {
      const { store, vault, openVault } = await open(fresh);
      await vault.saveOutputs({ address: '203.0.113.1' });
      await openVault('other').saveOutputs({ address: '203.0.113.2' });
      const index = (await store.read('dataKey', 'other'))?.value.index;
      if (!index) throw new Error('an index is missing');
      await changeIndex(store, () => index);
      await expect(openVault().readOutputs()).rejects.toThrow(SecretUnreadable);
      const other = (await store.read('dataKey', 'other'))?.value as RecordValue<'dataKey'>;
      await overwrite(store, 'dataKey', 'demo', other);
      await expect(openVault().readOutputs()).rejects.toThrow(SecretUnreadable);
    });

    test('can’t read a copy from before a deletion, even with the wrapping key', async () => {
      const { store, vault, openVault } = await open(fresh);
      await vault.getOrCreate('ca', () => new Secret('quiet'));
      const copy = await copyRecords(store);
      await vault.deleteAll();
      await putBack(store, copy);
      await expect(openVault().get('ca')).rejects.toThrow(/the key of this cluster was destroyed/);
      // A cluster with the same name has another key.
      for (const { kind, id } of copy) await store.remove(kind, id);
      await openVault().getOrCreate('ca', () => new Secret('new'));
      await putBack(store, copy);
      await expect(openVault().get('ca')).rejects.toThrow(SecretUnreadable);
      await openVault().deleteAll();
      expect(await openVault().isEmpty()).toBe(true);
    });
  });

  describe(`deleting a vault on ${name}`, () => {
    test('completes after a crash before or after every call', async () => {
      let crashes = 0;
      for (const when of ['before', 'after'] as const) {
        for (let call = 0; ; call++) {
          const { store, keyring } = await open(fresh);
          const openVault = () => createVaultProvider(store, keyring).getVault('demo');
          for (const path of ['ca', 'etcd']) await openVault().getOrCreate(path, () => new Secret('quiet'));
          await openVault().saveOutputs({ address: '203.0.113.1' });
          const crash = crashAt(call, when);
          const crashing = createVaultProvider(crash.wrap(store), {
            ...keyring,
            clusterKeys: crash.wrap(keyring.clusterKeys),
          }).getVault('demo');
          const finished = await crashing.deleteAll().then(
            () => true,
            () => false,
          );
          if (finished) break;
          crashes++;
          await openVault().deleteAll();
          expect(await openVault().isEmpty()).toBe(true);
          expect([...(await store.list('secret')), ...(await store.list('dataKey'))]).toEqual([]);
          expect(await keyring.clusterKeys.exists('demo')).toBe(false);
        }
      }
      expect(crashes).toBeGreaterThan(6);
    });
  });
}

async function open(fresh: () => Promise<VaultUnderTest>): Promise<{
  store: Store;
  keyring: Keyring;
  vault: Vault;
  openVault: (cluster?: string) => Vault;
}> {
  const { open: openStore, keyring } = await fresh();
  const store = await openStore();
  const openVault = (cluster = 'demo') => createVaultProvider(store, keyring).getVault(cluster);
  return { store, keyring, vault: openVault(), openVault };
}

async function overwrite<K extends RecordKind>(
  store: Store,
  kind: K,
  id: string,
  value: RecordValue<K>,
): Promise<void> {
  await store.write(kind, id, value, (await store.read(kind, id))?.version);
}

type Index = RecordValue<'dataKey'>['index'];

async function changeIndex(store: Store, change: (index: Index) => Index): Promise<void> {
  const found = await store.read('dataKey', 'demo');
  if (!found) throw new Error('no data key is stored');
  await store.write('dataKey', 'demo', { ...found.value, index: change(found.value.index) }, found.version);
}

async function copyRecords(store: Store): Promise<StoredRecords> {
  const kinds: RecordKind[] = ['dataKey', 'secret'];
  const lists = await Promise.all(
    kinds.map(async (kind) => (await store.list(kind)).map(({ id, value }) => ({ kind, id, value }))),
  );
  return lists.flat();
}

async function putBack(store: Store, records: StoredRecords): Promise<void> {
  for (const { kind, id, value } of records) await overwrite(store, kind, id, value as never);
}

/** Wraps objects so that their call number `call`, counted together, fails before or after it has an effect. */
function crashAt(call: number, when: 'before' | 'after') {
  let count = 0;
  let crashed = false;
  function wrap<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_, name) => {
        const method = target[name as keyof T];
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          const isHit = count++ === call;
          if (crashed || (isHit && when === 'before')) {
            crashed = true;
            throw new Error('crashed');
          }
          const result: unknown = await method.apply(target, args);
          if (!isHit) return result;
          crashed = true;
          throw new Error('crashed');
        };
      },
    });
  }
  return { wrap };
}
