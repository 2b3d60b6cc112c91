import type { Secret } from './secret.ts';

/** Secrets of one cluster by path, encrypted at rest with the cluster's data key. */
export interface Vault {
  get(path: string): Promise<Secret | undefined>;
  /**
   * Returns the secret at `path`, created if missing. The first write wins, and concurrent callers get the same secret.
   */
  getOrCreate(path: string, create: () => Promise<Secret> | Secret): Promise<Secret>;
  /** Succeeds if the secret is absent. */
  delete(path: string): Promise<void>;
  /** Whether neither a data key nor a ciphertext is stored. */
  isEmpty(): Promise<boolean>;
  /** Deletes the data key and all ciphertexts. Copies become unreadable. */
  deleteAll(): Promise<void>;
}

export interface VaultProvider {
  getVault(cluster: string): Vault;
}

/** Wraps data keys: Cloud KMS in production, a local key file (mode 0600) on one machine. */
export interface Keyring {
  /** @param context associated data; unwrapping needs the same */
  wrap(key: Uint8Array, context: string): Promise<{ readonly wrapped: Uint8Array; readonly keyVersion: string }>;
  unwrap(wrapped: Uint8Array, context: string, keyVersion: string): Promise<Uint8Array>;
}
