import { createHash, randomBytes } from 'node:crypto';
import type { Store } from '../../src/store/store.ts';
import { seal, unseal } from '../../src/store/vault/seal.ts';
import { Secret } from '../../src/store/vault/secret.ts';
import type { Keyring, Vault, VaultProvider } from '../../src/store/vault/vault.ts';
import { createVaultProvider } from '../../src/store/vault/vault-provider.ts';
import type { FakeClock } from './clock.ts';

/** Made once a process: a key of 2048 bits takes a tenth of a second, and a sweep over kill points needs thousands. */
const generatedSecrets = new Map<string, Promise<Secret>>();

/**
 * Real vaults (ciphertext in the store) under a key that is forgotten with the process. What has to be made is made as
 * in earnest, once for each path and each turn: an environment that makes the same secret twice gets two that differ, so that a
 * test sees whether the first one stayed.
 */
export class FakeVaults {
  readonly #keyring = createMemoryKeyring();
  readonly #clock: FakeClock;
  readonly #generatedCounts = new Map<string, number>();

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** As one process opens them over its store. */
  createProvider(store: Store): VaultProvider {
    const vaults = createVaultProvider(store, this.#keyring);
    return {
      getVault: (cluster) => {
        const inner = vaults.getVault(cluster);
        return {
          get: (path) => inner.get(path),
          getOrCreate: (path, make) => inner.getOrCreate(path, () => this.#generate(cluster, inner, path, make)),
          delete: (path) => inner.delete(path),
          isEmpty: () => inner.isEmpty(),
          deleteAll: () => inner.deleteAll(),
        };
      },
    };
  }

  /** How often a secret was made, whether or not it stayed. */
  countGenerated(cluster: string, path: string): number {
    return this.#generatedCounts.get(`${cluster} ${path}`) ?? 0;
  }

  async #generate(cluster: string, inner: Vault, path: string, make: () => Promise<Secret> | Secret): Promise<Secret> {
    const turn = this.countGenerated(cluster, path) + 1;
    this.#generatedCounts.set(`${cluster} ${path}`, turn);
    // A certificate goes with the authority that signed it.
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
    wrap: async (plain, context) => ({ wrapped: seal(key, plain, context), keyVersion: '1' }),
    unwrap: async (wrapped, context) => unseal(key, wrapped, context, 'a data key'),
  };
}
