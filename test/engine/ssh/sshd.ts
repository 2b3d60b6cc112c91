import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SshTarget } from '../../../src/engine/ssh/ssh-client.ts';
import { Secret } from '../../../src/store/vault/secret.ts';

export interface Sshd {
  readonly target: SshTarget;
  readonly folder: string;
  /** Ids of the processes that serve a connection each. */
  connections(): number[];
  /** Makes another host key of the same type, at the next start. */
  changeHostKey(): void;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

/** Debian's sshd on a loopback port, with keys in a temporary directory. Clients sign in as the user that runs the tests. */
export async function startSshd({ maxSessions = 10 }: { readonly maxSessions?: number } = {}): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'kthw-sshd-'));
  const port = await findFreePort();
  const hostKey = join(folder, 'host');
  const userKey = join(folder, 'user');
  const home = join(folder, 'home');
  mkdirSync(home);
  for (const key of [hostKey, userKey]) generateKey(key);
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(`${userKey}.pub`));
  writeFileSync(
    join(folder, 'sshd_config'),
    [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      'PidFile none',
      `MaxSessions ${maxSessions}`,
      'StrictModes no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      // bash reads ~/.bashrc under sshd; the user's own could be slow or print.
      `SetEnv HOME=${home}`,
    ].join('\n'),
  );
  // Usually created by the package's service.
  if (!existsSync('/run/sshd')) mkdirSync('/run/sshd', { mode: 0o755 });
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    server = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: 'ignore' });
    await waitForPort(port);
  }
  async function stop(): Promise<void> {
    if (!server || server.exitCode !== null) return;
    const exited = once(server, 'exit');
    const children = connections();
    server.kill('SIGTERM');
    for (const pid of children) killProcess(pid, 'SIGKILL');
    await exited;
  }
  function connections(): number[] {
    return listChildren(server?.pid ?? 0);
  }
  await start();
  return {
    folder,
    connections,
    start,
    stop,
    changeHostKey: () => generateKey(hostKey),
    async remove() {
      await stop();
      rmSync(folder, { recursive: true });
    },
    target: {
      name: 'machine-0',
      address: '127.0.0.1',
      port,
      user: 'root',
      hostKeys: [readFileSync(`${hostKey}.pub`, 'utf8')],
      identity: new Secret(readFileSync(userKey)),
    },
  };
}

/** Creates an ed25519 key in OpenSSH format, and its public key file. */
export function generateKey(path: string): void {
  rmSync(path, { force: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path]);
  chmodSync(path, 0o600);
}

/** Polls until true; the test timeout ends it. */
export async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

/** Sends a signal to a process, which may have exited. */
export function killProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {}
}

export function listCommandLines(): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' '));
}

function listChildren(parent: number): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => readOrEmpty(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[1] === String(parent))
    .map(Number);
}

/** Processes may exit between listing and reading. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

async function waitForPort(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const answered = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (answered) return;
    await sleep(20);
  }
}
