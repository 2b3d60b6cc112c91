import { Client, type ServerHostKeyAlgorithm } from 'ssh2';
import { KthwError } from '../cluster/errors.ts';
import type { SshTarget } from './ssh-client.ts';

export interface ConnectOptions {
  readonly readyTimeoutMs: number;
  readonly keepaliveMs: number;
}

/** Consecutive unanswered keepalives before the next one ends the connection. */
const maxUnansweredKeepalives = 2;

/**
 * Connects and authenticates.
 * @throws KthwError `ssh-unreachable`, `ssh-host-key`, `ssh-denied`
 */
export function connectSsh(target: SshTarget, { readyTimeoutMs, keepaliveMs }: ConnectOptions): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    let hostKeyRejected = false;
    client.once('ready', () => resolve(client));
    // Stays for the lifetime of the connection: an unhandled `error` event would crash the process.
    client.on('error', (error) => reject(toSshError(error, hostKeyRejected, target)));
    client.once('close', () => reject(new KthwError('ssh-unreachable', { host: target.name })));
    try {
      client.connect({
        host: target.address,
        port: target.port ?? 22,
        username: target.user,
        privateKey: Buffer.from(target.identity.revealBytes()),
        authHandler: ['publickey'],
        readyTimeout: readyTimeoutMs,
        keepaliveInterval: keepaliveMs,
        keepaliveCountMax: maxUnansweredKeepalives,
        hostVerifier: (key: Buffer) => {
          hostKeyRejected = !isKnownKey(key, target.hostKeys);
          return !hostKeyRejected;
        },
        algorithms: {
          serverHostKey: getHostKeyAlgorithms(target.hostKeys),
          // Native ciphers of node:crypto; ChaCha20 in ssh2 is slow without its native add-on.
          cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes256-ctr'],
        },
      });
    } catch {
      // ssh2 throws here only for invalid options. Its error could quote the key, so drop it.
      reject(new KthwError('bug', { doing: `reading the SSH key for ${target.name}` }));
    }
  });
}

function toSshError(
  error: Error & { level?: string; code?: string },
  hostKeyRejected: boolean,
  { name: host }: SshTarget,
): KthwError {
  if (hostKeyRejected) return new KthwError('ssh-host-key', { host });
  if (error.level === 'client-authentication') return new KthwError('ssh-denied', { host }, { cause: error });
  return new KthwError('ssh-unreachable', { host }, { detail: error.code, cause: error });
}

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
  return [
    ...new Set(
      types.flatMap((type) => (Object.hasOwn(algorithmsByKeyType, type) ? (algorithmsByKeyType[type] ?? []) : [])),
    ),
  ];
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
