import type { Secret } from '../store/secret.ts';
import type { Vault } from '../store/vault.ts';
import { KthwError } from './errors.ts';

/** Paths in a cluster's vault. */
export const vaultPaths = {
  sshKey: 'ssh/key',
  authority: 'authority',
  encryptionKey: 'encryption/key',
  certificate: (name: string) => `certificates/${name}`,
} as const;

/** A certificate and its key, kept together so that they never come apart. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** @throws a bug when no step before made it */
export async function pairOf(vault: Vault, path: string): Promise<KeyPair> {
  return JSON.parse((await secretOf(vault, path)).reveal()) as KeyPair;
}

/** @throws a bug when no step before made it */
export async function secretOf(vault: Vault, path: string): Promise<Secret> {
  const secret = await vault.get(path);
  if (!secret) throw new KthwError('bug', { doing: `reading "${path}" from the vault` }, { detail: 'it is not there' });
  return secret;
}
