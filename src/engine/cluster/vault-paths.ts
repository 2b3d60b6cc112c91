import type { Secret } from '../../store/vault/secret.ts';
import type { Vault } from '../../store/vault/vault.ts';
import { KthwError } from './errors.ts';

/** Paths in a cluster's vault. */
export const vaultPaths = {
  sshKey: 'ssh/key',
  ca: 'ca',
  /** CA of etcd only: etcd doesn't trust certificates that the cluster's CA signed. */
  etcdCa: 'ca/etcd',
  encryptionKey: 'encryption/key',
  certificate: (name: string) => `certificates/${name}`,
} as const;

/** @throws KthwError `bug` when no earlier step created the secret */
export async function getSecret(vault: Pick<Vault, 'get'>, path: string): Promise<Secret> {
  const secret = await vault.get(path);
  if (!secret) throw new KthwError('bug', { doing: `reading "${path}" from the vault` }, { detail: 'it is not there' });
  return secret;
}
