import type { ServerHostKeyAlgorithm } from 'ssh2';

const algorithmsByKeyType: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/**
 * The algorithms to negotiate: those of the known keys first, so that a server which has such a key shows it. The others
 * follow so that one which has none shows what it has, and is refused for its key and not for a failed negotiation.
 */
export function getHostKeyAlgorithms(knownKeys: readonly string[]): ServerHostKeyAlgorithm[] {
  const types = [...knownKeys.map((key) => getKeyType(key)), ...Object.keys(algorithmsByKeyType)];
  return [...new Set(types.flatMap((type) => algorithmsByKeyType[type] ?? []))];
}

/** Whether the key that a server showed (in the wire format of RFC 4253, which starts with its type) is one of the known ones. */
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
