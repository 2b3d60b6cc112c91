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
 * Replaces the vault when manual commands are rendered for display. It returns placeholders, so the result can't contain a
 * secret.
 */
export class RedactedVault {
  // A private field makes the type nominal, so a real vault doesn't compile here.
  readonly #redacted = true;

  async get(path: string): Promise<Secret | undefined> {
    if (!this.#redacted || path === vaultPaths.encryptionKey) return new Secret(placeholder.padEnd(32));
    const key = new Secret(placeholder);
    if (path === vaultPaths.sshKey) return packSshKey({ privateKey: key, publicKey: '[public key of the cluster]' });
    const name = caNames.get(path) ?? path.slice(path.lastIndexOf('/') + 1);
    return packCertificate({ certificate: `[${name}.pem]`, key });
  }
}

/** Decodes placeholders that were encoded during rendering, so that users can read them. */
export function decodePlaceholders(content: string | Uint8Array | Secret): string {
  const text = content instanceof Secret ? content.reveal() : content;
  const plain = typeof text === 'string' ? text : new TextDecoder().decode(text);
  return plain.replace(/[A-Za-z0-9+/]{8,}={0,2}/g, (encoded) => {
    const decoded = Buffer.from(encoded, 'base64').toString('utf8');
    return /^\[[\w.-]+\] *$/.test(decoded) ? decoded.trimEnd() : encoded;
  });
}
