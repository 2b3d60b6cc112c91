import type { Secret } from './secret.ts';

/** One cluster's secrets, by path (`authority/key`). At rest they are ciphertext under the cluster's own data key. */
export interface Vault {
  get(path: string): Promise<Secret | undefined>;
  /**
   * The secret at `path`, made by `make` if there is none yet. Two runners that both make one end with the same: the
   * first write wins and both get it.
   */
  getOrCreate(path: string, create: () => Promise<Secret> | Secret): Promise<Secret>;
  /** Forgets one secret. Absent already: no error. */
  delete(path: string): Promise<void>;
  /** Whether nothing of the cluster's is kept any more: no data key, no ciphertext. */
  isEmpty(): Promise<boolean>;
  /** Forgets the cluster's data key and all its ciphertext. What copies hold can't be read any more. */
  deleteAll(): Promise<void>;
}

export interface VaultProvider {
  getVault(cluster: string): Vault;
}

/** Wraps data keys: Cloud KMS in production, a local key file (mode 0600) on one machine. */
export interface Keyring {
  /** @param context bound to the wrapped key: unwrapping needs the very same. */
  wrap(key: Uint8Array, context: string): Promise<{ readonly wrapped: Uint8Array; readonly keyVersion: string }>;
  unwrap(wrapped: Uint8Array, context: string, keyVersion: string): Promise<Uint8Array>;
}
