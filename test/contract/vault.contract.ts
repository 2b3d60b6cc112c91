import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { Secret } from '../../src/store/vault/secret.ts';
import type { Keyring, VaultProvider } from '../../src/store/vault/vault.ts';
import { createVaultProvider } from '../../src/store/vault/vault-provider.ts';
import { vaultAttacksContract } from './vault-attacks.contract.ts';

/** One empty store with its keyring. */
export interface VaultUnderTest {
  /** A client of the same data that shares no memory with the others. */
  open(): Promise<Store>;
  readonly keyring: Keyring;
}

/** Contract of vaults on every store; the store resolves concurrent access. */
export function vaultContract(name: string, fresh: () => Promise<VaultUnderTest>): void {
  vaultAttacksContract(name, fresh);
  describe(`vaults on ${name}`, () => {
    test('give all of 20 concurrent creators the first secret', async () => {
      const { open, keyring } = await fresh();
      const vaults = await Promise.all(
        Array.from({ length: 4 }, async () => createVaultProvider(await open(), keyring)),
      );
      const requests = Array.from({ length: 20 }, (_, n) =>
        pick(vaults, n).getVault('demo').getOrCreate('authority/key', random),
      );
      const got = (await Promise.all(requests)).map((secret) => secret.reveal());
      expect(new Set(got).size).toBe(1);
      const later = await createVaultProvider(await open(), keyring)
        .getVault('demo')
        .get('authority/key');
      expect(later?.reveal()).toBe(got[0]);
    });

    test('keep the outputs and secrets of 20 concurrent writers', async () => {
      const { open, keyring } = await fresh();
      const vaults = await Promise.all(
        Array.from({ length: 2 }, async () => createVaultProvider(await open(), keyring)),
      );
      await Promise.all(
        Array.from({ length: 20 }, async (_, n) => {
          const vault = pick(vaults, n % 2).getVault('demo');
          await vault.saveOutputs({ [`output-${n}`]: n });
          await vault.getOrCreate(`secret-${n}`, () => new Secret(`secret ${n}`));
        }),
      );
      const vault = createVaultProvider(await open(), keyring).getVault('demo');
      expect(Object.keys(await vault.readOutputs())).toHaveLength(20);
      for (let n = 0; n < 20; n++) expect((await vault.get(`secret-${n}`))?.reveal()).toBe(`secret ${n}`);
    });

    test('return undefined for a missing secret without creating anything', async () => {
      const { open, keyring } = await fresh();
      const store = await open();
      expect(await createVaultProvider(store, keyring).getVault('demo').get('authority/key')).toBeUndefined();
      expect(await store.list('dataKey')).toEqual([]);
    });

    test('delete one cluster for all clients', async () => {
      const { open, keyring } = await fresh();
      const [a, b] = [createVaultProvider(await open(), keyring), createVaultProvider(await open(), keyring)];
      const names = ['demo', 'demo-2', 'demo-22', 'de'];
      for (const cluster of names)
        await a.getVault(cluster).getOrCreate('authority/key', () => new Secret(`of ${cluster}`));
      await b.getVault('demo').get('authority/key');
      await a.getVault('demo').deleteAll();
      await a.getVault('demo').deleteAll();
      expect(await b.getVault('demo').get('authority/key')).toBeUndefined();
      for (const cluster of names.slice(1)) {
        expect((await b.getVault(cluster).get('authority/key'))?.reveal()).toBe(`of ${cluster}`);
      }
      expect(await (await open()).list('dataKey')).toHaveLength(3);
    });

    test('notice that another process deleted and recreated the vault', async () => {
      const { open, keyring } = await fresh();
      const [a, b] = [createVaultProvider(await open(), keyring), createVaultProvider(await open(), keyring)];
      await a.getVault('demo').getOrCreate('authority/key', () => new Secret('old'));
      await b.getVault('demo').deleteAll();
      await b.getVault('demo').getOrCreate('authority/key', () => new Secret('new'));
      // `a` still caches the old data key, but must be able to read.
      expect((await a.getVault('demo').get('authority/key'))?.reveal()).toBe('new');
    });

    test('write nothing with a data key that another process deleted', async () => {
      const { open, keyring } = await fresh();
      const [a, b] = [createVaultProvider(await open(), keyring), createVaultProvider(await open(), keyring)];
      await a.getVault('demo').getOrCreate('authority/key', () => new Secret('old'));
      await b.getVault('demo').deleteAll();
      await b.getVault('demo').getOrCreate('authority/key', () => new Secret('new'));
      await a.getVault('demo').getOrCreate('etcd/key', () => new Secret('written by a'));
      expect((await b.getVault('demo').get('etcd/key'))?.reveal()).toBe('written by a');
    });
  });
}

function random(): Secret {
  return new Secret(randomBytes(16).toString('hex'));
}

function pick(vaults: VaultProvider[], n: number): VaultProvider {
  return vaults[n % vaults.length] as VaultProvider;
}
