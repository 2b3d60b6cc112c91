import type { z } from 'zod';
import type { Secret } from './secret.ts';

/** Values that steps found, by name: addresses, host keys. Never a secret. */
export type Outputs = Readonly<Record<string, z.core.util.JSONType>>;

/** Secrets and outputs of one cluster. Secrets are encrypted at rest with the cluster's data key, by path. */
export interface Vault {
  /** @throws SecretUnreadable if the store has another version than the last one written, or none */
  get(path: string): Promise<Secret | undefined>;
  /**
   * Returns the secret at `path`, created if missing. The first write wins, and concurrent callers get the same secret.
   */
  getOrCreate(path: string, create: () => Promise<Secret> | Secret): Promise<Secret>;
  /** The outputs saved last, by name. They are authenticated, not encrypted. @throws SecretUnreadable */
  readOutputs(): Promise<Outputs>;
  /** Adds or replaces outputs. */
  saveOutputs(outputs: Outputs): Promise<void>;
  /** Succeeds if the secret is absent. */
  delete(path: string): Promise<void>;
  /** Whether neither a key nor a ciphertext is left. */
  isEmpty(): Promise<boolean>;
  /** Destroys the cluster key, then deletes the data key and all ciphertexts. Copies of the store become unreadable. */
  deleteAll(): Promise<void>;
}

export interface VaultProvider {
  getVault(cluster: string): Vault;
}

/** Wraps data keys: Cloud KMS in production, a local key file (mode 0600) on one machine. */
export interface DataKeyWrapper {
  /** @param context associated data; unwrapping needs the same */
  wrap(key: Uint8Array, context: string): Promise<{ readonly wrapped: Uint8Array; readonly keyVersion: string }>;
  unwrap(wrapped: Uint8Array, context: string, keyVersion: string): Promise<Uint8Array>;
}

/**
 * Key encryption keys, one for each cluster. Neither the store nor its backups contain them, so destroying one makes every
 * copy of the cluster's secrets unreadable: Secret Manager in production, key files on one machine.
 */
export interface ClusterKeys {
  find(cluster: string): Promise<Uint8Array | undefined>;
  /** Concurrent callers get the same key. */
  getOrCreate(cluster: string): Promise<Uint8Array>;
  /** Whether anything is left to destroy, also after an interrupted `destroy`. */
  exists(cluster: string): Promise<boolean>;
  /** Succeeds if the key is absent. */
  destroy(cluster: string): Promise<void>;
}

export interface Keyring extends DataKeyWrapper {
  readonly clusterKeys: ClusterKeys;
}
