import { Secret } from '../../store/vault/secret.ts';
import type { Vault } from '../../store/vault/vault.ts';
import type { KeyedCertificate } from '../pki/certificate-authority.ts';
import type { SshKey } from '../pki/ssh-key.ts';
import { KthwError } from '../workflow/errors.ts';

type Readable = Pick<Vault, 'get'>;

/** Paths in a cluster's vault. */
export const vaultPaths = {
  sshKey: 'ssh/key',
  authority: 'authority',
  /** Of etcd alone: whom the cluster's authority signs for is nobody to etcd. */
  etcdAuthority: 'authority/etcd',
  encryptionKey: 'encryption/key',
  certificate: (name: string) => `certificates/${name}`,
} as const;

/** A certificate and its key as one secret, so that they never come apart. */
export function packCertificate({ certificate, key }: KeyedCertificate): Secret {
  return new Secret(JSON.stringify({ certificate, key: key.reveal() }));
}

/** @throws a bug when no step before made it */
export async function certificateAt(vault: Readable, path: string): Promise<KeyedCertificate> {
  const { certificate, key } = JSON.parse((await secretAt(vault, path)).reveal());
  return { certificate, key: new Secret(key) };
}

export function packSshKey({ privateKey, publicLine }: SshKey): Secret {
  return new Secret(JSON.stringify({ privateKey: privateKey.reveal(), publicLine }));
}

/** The cluster's own ssh key. @throws a bug when no step before made it */
export async function sshKeyOf(vault: Readable): Promise<SshKey> {
  const { privateKey, publicLine } = JSON.parse((await secretAt(vault, vaultPaths.sshKey)).reveal());
  return { privateKey: new Secret(privateKey), publicLine };
}

/** @throws a bug when no step before made it */
export async function secretAt(vault: Readable, path: string): Promise<Secret> {
  const secret = await vault.get(path);
  if (!secret) throw new KthwError('bug', { doing: `reading "${path}" from the vault` }, { detail: 'it is not there' });
  return secret;
}
