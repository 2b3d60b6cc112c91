import { Secret } from '../../store/vault/secret.ts';
import type { Vault } from '../../store/vault/vault.ts';
import { getSecret } from '../cluster/vault-paths.ts';
import type { CertificateKeyPair } from './certificate-authority.ts';

/** A certificate and its key as one secret, so that they can't get out of step. */
export function packCertificate({ certificate, key }: CertificateKeyPair): Secret {
  return new Secret(JSON.stringify({ certificate, key: key.reveal() }));
}

/** @throws KthwError `bug` when no earlier step created the certificate */
export async function getCertificate(vault: Pick<Vault, 'get'>, path: string): Promise<CertificateKeyPair> {
  const { certificate, key } = JSON.parse((await getSecret(vault, path)).reveal());
  return { certificate, key: new Secret(key) };
}
