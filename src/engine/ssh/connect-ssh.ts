import { Client } from 'ssh2';
import { KthwError } from '../workflow/errors.ts';
import { getHostKeyAlgorithms, isKnownKey } from './host-keys.ts';
import type { SshTarget } from './ssh-client.ts';

export interface ConnectOptions {
  readonly readyTimeoutMs: number;
  readonly keepaliveMs: number;
}

/** Questions in a row that may stay without an answer; at the next one the connection ends. */
const maxUnansweredKeepalives = 2;

/**
 * Connects and signs in.
 * @throws KthwError `ssh-unreachable`, `ssh-host-key`, `ssh-denied`
 */
export function connectSsh(target: SshTarget, { readyTimeoutMs, keepaliveMs }: ConnectOptions): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    let hostKeyRejected = false;
    client.once('ready', () => resolve(client));
    // Stays for the life of the connection: an `error` that nobody hears would end the process.
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
          // Those that node:crypto does in native code; ssh2's ChaCha20 without its add-on is slow.
          cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes256-ctr'],
        },
      });
    } catch {
      // ssh2 throws here only for what it was given. Its error could quote the key, so it goes no further.
      reject(new KthwError('bug', { doing: `reading the ssh key for ${target.name}` }));
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
