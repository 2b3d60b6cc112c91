import type { ServerHostKeyAlgorithm } from 'ssh2';

const algorithmsByKeyType: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/**
 * Lists the algorithms to negotiate. Those of known keys come first, so that a server with such a key presents it. The others
 * follow, so that an unknown server is rejected for its key rather than for a failed negotiation.
 */
export function getHostKeyAlgorithms(knownKeys: readonly string[]): ServerHostKeyAlgorithm[] {
  const types = [...knownKeys.map((key) => getKeyType(key)), ...Object.keys(algorithmsByKeyType)];
  return [...new Set(types.flatMap((type) => algorithmsByKeyType[type] ?? []))];
}

/** Whether a presented host key is known. @param presentedKey in the wire format of RFC 4253, which starts with the key type */
export function isKnownKey(presentedKey: Uint8Array, knownKeys: readonly string[]): boolean {
  return knownKeys.some((key) => {
    const blob = Buffer.from(key.trim().split(/\s+/)[1] ?? '', 'base64');
    return blob.equals(presentedKey) && readKeyType(blob) === getKeyType(key);
  });
}

function getKeyType(key: string): string {
  return key.trim().split(/\s+/)[0] ?? '';
}

function readKeyType(blob: Buffer): string {
  return blob.byteLength < 4 ? '' : blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1');
}
