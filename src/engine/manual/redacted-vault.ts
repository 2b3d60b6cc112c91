import { Secret } from '../../store/vault/secret.ts';
import { vaultPaths } from '../cluster/vault-paths.ts';
import { packCertificate } from '../pki/pack-certificate.ts';
import { packSshKey } from '../pki/ssh-key.ts';

const placeholder = '[secret]';
const caNames = new Map<string, string>([
  [vaultPaths.ca, 'ca'],
  [vaultPaths.etcdCa, 'etcd-ca'],
]);

/**
 * What stands in for a vault where something is rendered to be shown: it answers with words. Whatever is rendered from it
 * can't hold a secret, because none was there.
 */
export class RedactedVault {
  // A private field: no real vault can be taken for this one.
  readonly #redacted = true;

  async get(path: string): Promise<Secret | undefined> {
    if (!this.#redacted || path === vaultPaths.encryptionKey) return new Secret(placeholder.padEnd(32));
    const key = new Secret(placeholder);
    if (path === vaultPaths.sshKey) return packSshKey({ privateKey: key, publicKey: '[public key of the cluster]' });
    const name = caNames.get(path) ?? path.slice(path.lastIndexOf('/') + 1);
    return packCertificate({ certificate: `[${name}.pem]`, key });
  }
}

/** What was rendered from a blank vault, as a person reads it: its words also where they were encoded. */
export function decodePlaceholders(content: string | Uint8Array | Secret): string {
  const text = content instanceof Secret ? content.reveal() : content;
  const plain = typeof text === 'string' ? text : new TextDecoder().decode(text);
  return plain.replace(/[A-Za-z0-9+/]{8,}={0,2}/g, (encoded) => {
    const decoded = Buffer.from(encoded, 'base64').toString('utf8');
    return /^\[[\w.-]+\] *$/.test(decoded) ? decoded.trimEnd() : encoded;
  });
}
