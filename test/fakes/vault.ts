import { createHash, randomBytes } from 'node:crypto';
import type { Store } from '../../src/store/store.ts';
import { seal, unseal } from '../../src/store/vault/seal.ts';
import { Secret } from '../../src/store/vault/secret.ts';
import type { ClusterKeys, Keyring, Vault, VaultProvider } from '../../src/store/vault/vault.ts';
import { createVaultProvider } from '../../src/store/vault/vault-provider.ts';
import type { FakeClock } from './clock.ts';

/** Generated once per process: a 2048-bit key takes 0.1 s, and a sweep over kill points needs thousands. */
const generatedSecrets = new Map<string, Promise<Secret>>();

/**
 * Real vaults with ciphertext in the store and a key in memory. Each path and creation has its own cached secret, so that a
 * test sees when a secret was created twice.
 */
export class FakeVaults {
  readonly #keyring = createMemoryKeyring();
  readonly #clock: FakeClock;
  readonly #generatedCounts = new Map<string, number>();

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** Vaults as one process opens them over its store. */
  createProvider(store: Store): VaultProvider {
    const vaults = createVaultProvider(store, this.#keyring);
    return {
      getVault: (cluster) => {
        const inner = vaults.getVault(cluster);
        return {
          get: (path) => inner.get(path),
          getOrCreate: (path, make) => inner.getOrCreate(path, () => this.#generate(cluster, inner, path, make)),
          readOutputs: () => inner.readOutputs(),
          saveOutputs: (outputs) => inner.saveOutputs(outputs),
          delete: (path) => inner.delete(path),
          isEmpty: () => inner.isEmpty(),
          deleteAll: () => inner.deleteAll(),
        };
      },
    };
  }

  /** Number of times that a secret was created, including discarded ones. */
  countGenerated(cluster: string, path: string): number {
    return this.#generatedCounts.get(`${cluster} ${path}`) ?? 0;
  }

  async #generate(cluster: string, inner: Vault, path: string, make: () => Promise<Secret> | Secret): Promise<Secret> {
    const turn = this.countGenerated(cluster, path) + 1;
    this.#generatedCounts.set(`${cluster} ${path}`, turn);
    // A certificate depends on the CA that signed it.
    const authority = await inner.get('ca');
    const signer = authority ? createHash('sha256').update(authority.revealBytes()).digest('hex') : '';
    const key = `${path.replace(cluster, '*')} ${turn} ${signer}`;
    const found = generatedSecrets.get(key) ?? this.#clock.pauseDuring(async () => make());
    generatedSecrets.set(key, found);
    found.catch(() => generatedSecrets.delete(key));
    return new Secret((await this.#clock.pauseDuring(() => found)).revealBytes());
  }
}

function createMemoryKeyring(): Keyring {
  const key = randomBytes(32);
  return {
    clusterKeys: createMemoryClusterKeys(),
    wrap: async (plain, context) => ({ wrapped: seal(key, plain, context), keyVersion: '1' }),
    unwrap: async (wrapped, context) => unseal(key, wrapped, context, 'a data key'),
  };
}

export function createMemoryClusterKeys(): ClusterKeys {
  const keys = new Map<string, Uint8Array>();
  return {
    find: async (cluster) => keys.get(cluster),
    async getOrCreate(cluster) {
      const key = keys.get(cluster) ?? randomBytes(32);
      keys.set(cluster, key);
      return key;
    },
    exists: async (cluster) => keys.has(cluster),
    async destroy(cluster) {
      keys.delete(cluster);
    },
  };
}
