import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Secret } from '../../store/vault/secret.ts';
import type { Vault } from '../../store/vault/vault.ts';
import { getSecret, vaultPaths } from '../cluster/vault-paths.ts';

interface SshKey {
  /** Unencrypted OpenSSH format, which ssh2 and ssh support. */
  readonly privateKey: Secret;
  /** One line: `ssh-ed25519 AAAA… COMMENT`. */
  readonly publicKey: string;
}

/** Creates an ed25519 key pair for SSH access to the instances of a cluster. */
export async function createSshKey(comment = 'kthw'): Promise<SshKey> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('ed25519');
  const point = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url');
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d as string, 'base64url');
  const publicBlob = Buffer.concat([encodeField('ssh-ed25519'), encodeField(point)]);
  return {
    privateKey: new Secret(encodePem(encodeOpensshKey(publicBlob, seed, point, comment))),
    publicKey: `ssh-ed25519 ${publicBlob.toString('base64')} ${comment}`,
  };
}

/** Encodes OpenSSH's PROTOCOL.key: no cipher, no passphrase, one key. Node exports PKCS #8 only, which ssh2 can't read for ed25519. */
function encodeOpensshKey(publicBlob: Buffer, seed: Buffer, point: Buffer, comment: string): Buffer {
  const check = randomBytes(4);
  const key = [
    encodeField('ssh-ed25519'),
    encodeField(point),
    encodeField(Buffer.concat([seed, point])),
    encodeField(comment),
  ];
  return Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    encodeField('none'),
    encodeField('none'),
    encodeField(''),
    encodeUint32(1),
    encodeField(publicBlob),
    encodeField(padToBlockSize(Buffer.concat([check, check, ...key]))),
  ]);
}

/** Pads to a multiple of eight bytes with 1, 2, 3 … */
function padToBlockSize(bytes: Buffer): Buffer {
  const missing = (8 - (bytes.length % 8)) % 8;
  return Buffer.concat([bytes, Buffer.from(Array.from({ length: missing }, (_, i) => i + 1))]);
}

function encodeField(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([encodeUint32(bytes.length), bytes]);
}

function encodeUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function encodePem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}

export function packSshKey({ privateKey, publicKey }: SshKey): Secret {
  return new Secret(JSON.stringify({ privateKey: privateKey.reveal(), publicKey }));
}

/** The cluster's SSH key. @throws KthwError `bug` when no earlier step created it */
export async function getSshKey(vault: Pick<Vault, 'get'>): Promise<SshKey> {
  const { privateKey, publicKey } = JSON.parse((await getSecret(vault, vaultPaths.sshKey)).reveal());
  return { privateKey: new Secret(privateKey), publicKey };
}
