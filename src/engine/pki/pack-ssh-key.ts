import { Secret } from '../../store/vault/secret.ts';
import type { Vault } from '../../store/vault/vault.ts';
import { getSecret, vaultPaths } from '../cluster/vault-paths.ts';
import type { SshKey } from './ssh-key.ts';

export function packSshKey({ privateKey, publicKey }: SshKey): Secret {
  return new Secret(JSON.stringify({ privateKey: privateKey.reveal(), publicKey }));
}

/** The cluster's SSH key. @throws KthwError `bug` when no earlier step created it */
export async function getSshKey(vault: Pick<Vault, 'get'>): Promise<SshKey> {
  const { privateKey, publicKey } = JSON.parse((await getSecret(vault, vaultPaths.sshKey)).reveal());
  return { privateKey: new Secret(privateKey), publicKey };
}
