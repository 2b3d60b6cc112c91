import { Secret } from '../../store/vault/secret.ts';
import type { Vault } from '../../store/vault/vault.ts';
import type { CertificateKeyPair } from '../pki/certificate-authority.ts';
import type { SshKey } from '../pki/ssh-key.ts';
import { KthwError } from '../workflow/errors.ts';

type VaultReader = Pick<Vault, 'get'>;

/** Paths in a cluster's vault. */
export const vaultPaths = {
  sshKey: 'ssh/key',
  ca: 'ca',
  /** Of etcd alone: whom the cluster's authority signs for is nobody to etcd. */
  etcdCa: 'ca/etcd',
  encryptionKey: 'encryption/key',
  certificate: (name: string) => `certificates/${name}`,
} as const;

/** A certificate and its key as one secret, so that they never come apart. */
export function packCertificate({ certificate, key }: CertificateKeyPair): Secret {
  return new Secret(JSON.stringify({ certificate, key: key.reveal() }));
}

/** @throws a bug when no step before made it */
export async function getCertificate(vault: VaultReader, path: string): Promise<CertificateKeyPair> {
  const { certificate, key } = JSON.parse((await getSecret(vault, path)).reveal());
  return { certificate, key: new Secret(key) };
}

export function packSshKey({ privateKey, publicKey }: SshKey): Secret {
  return new Secret(JSON.stringify({ privateKey: privateKey.reveal(), publicKey }));
}

/** The cluster's own ssh key. @throws a bug when no step before made it */
export async function getSshKey(vault: VaultReader): Promise<SshKey> {
  const { privateKey, publicKey } = JSON.parse((await getSecret(vault, vaultPaths.sshKey)).reveal());
  return { privateKey: new Secret(privateKey), publicKey };
}

/** @throws a bug when no step before made it */
export async function getSecret(vault: VaultReader, path: string): Promise<Secret> {
  const secret = await vault.get(path);
  if (!secret) throw new KthwError('bug', { doing: `reading "${path}" from the vault` }, { detail: 'it is not there' });
  return secret;
}
