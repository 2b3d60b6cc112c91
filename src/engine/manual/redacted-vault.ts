import { Secret } from '../../store/vault/secret.ts';
import { packCertificate, packSshKey, vaultPaths } from '../cluster/vault-paths.ts';

const mask = '[secret]';
const authorities = new Map<string, string>([
  [vaultPaths.authority, 'ca'],
  [vaultPaths.etcdAuthority, 'etcd-ca'],
]);

/**
 * What stands in for a vault where something is rendered to be shown: it answers with words. Whatever is rendered from it
 * can't hold a secret, because none was there.
 */
export class BlankVault {
  // A private field: no real vault can be taken for this one.
  readonly #blank = true;

  async get(path: string): Promise<Secret | undefined> {
    if (!this.#blank || path === vaultPaths.encryptionKey) return new Secret(mask.padEnd(32));
    const key = new Secret(mask);
    if (path === vaultPaths.sshKey) return packSshKey({ privateKey: key, publicLine: '[public key of the cluster]' });
    const name = authorities.get(path) ?? path.slice(path.lastIndexOf('/') + 1);
    return packCertificate({ certificate: `[${name}.pem]`, key });
  }
}

/** What was rendered from a blank vault, as a person reads it: its words also where they were encoded. */
export function legible(content: string | Uint8Array | Secret): string {
  const text = content instanceof Secret ? content.reveal() : content;
  const plain = typeof text === 'string' ? text : new TextDecoder().decode(text);
  return plain.replace(/[A-Za-z0-9+/]{8,}={0,2}/g, (encoded) => {
    const word = Buffer.from(encoded, 'base64').toString('utf8');
    return /^\[[\w.-]+\] *$/.test(word) ? word.trimEnd() : encoded;
  });
}
