import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createSshClient, type SshCall } from '../../../src/engine/ssh/create-ssh-client.ts';
import type { CommandOptions, SshClient, SshHost } from '../../../src/engine/ssh/ssh-client.ts';
import { Secret } from '../../../src/store/vault/secret.ts';
import { generateKey, killProcess, listCommandLines, type Sshd, startSshd, waitUntil } from './sshd.ts';

let sshd: Sshd;
let remote: SshClient;
let host: SshHost;
let calls: SshCall[];

beforeAll(async () => {
  sshd = await startSshd();
  open();
});
afterEach(async () => {
  await remote.close();
  open();
});
afterAll(async () => {
  await remote.close();
  await sshd.remove();
});

function open(): void {
  calls = [];
  remote = createSshClient({ onCall: (call) => calls.push(call) });
  host = remote.getHost(sshd.target);
}

function within(deadlineMs = 20_000, signal = new AbortController().signal): CommandOptions {
  return { deadlineMs, signal };
}

const noEnd = within();

describe('running a script', () => {
  test.each([
    ['its output', 'echo out; echo err >&2', { stdout: 'out\n', stderr: 'err\n', exitCode: 0 }],
    ['its exit code', 'exit 7', { exitCode: 7 }],
    ['the first command that fails', 'false; echo not here', { exitCode: 1, stdout: '' }],
    ['a failure inside a pipe', 'false | cat', { exitCode: 1 }],
    ['a name that nobody set', 'echo "$nobody"', { exitCode: 1 }],
    [
      'quotes, dollars and newlines',
      `printf %s "it's \\$5"\nprintf '"%s"' 'a  b'`,
      { stdout: `it's $5"a  b"`, exitCode: 0 },
    ],
    ['text in any language', 'printf "žluťoučký 馬"', { stdout: 'žluťoučký 馬' }],
    ['that it runs as root', 'id -u', { stdout: '0\n' }],
    [
      'that programs of the system administrator are found',
      'command -v sysctl ldconfig >&2; echo "$PATH"',
      { stdout: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n' },
    ],
    ['a signal that ended it, as shells count', 'kill -KILL $$', { exitCode: 137 }],
  ])('returns %s', async (_, script, expected) => {
    expect(await host.run(script, noEnd)).toMatchObject(expected);
  });

  test('passes standard input, or closes it', async () => {
    const stdin = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    expect((await host.run('od -An -v -tx1 | tr -d " \\n"', { ...noEnd, stdin })).stdout).toBe(stdin.toString('hex'));
    expect((await host.run('wc -c', noEnd)).stdout.trim()).toBe('0');
  });

  test('keeps the end of long output', async () => {
    const { stdout, exitCode } = await host.run('seq 400000; echo the end', noEnd);
    expect(exitCode).toBe(0);
    expect(stdout.length).toBe(1024 * 1024);
    expect(stdout.endsWith('\n400000\nthe end\n')).toBe(true);
  });

  test('accepts a script that leaves its input unread', async () => {
    expect((await host.run('exit 3', { ...noEnd, stdin: Buffer.alloc(4_000_000) })).exitCode).toBe(3);
  });

  test('rejects a script too long for an argument', async () => {
    await expect(host.run(`: ${'x'.repeat(100_000)}`, noEnd)).rejects.toThrow(/pass data as standard input/);
  });

  test('shares one connection between twelve commands and queues those beyond sshd’s limit', async () => {
    await host.run('true', noEnd);
    const before = sshd.connections();
    const results = await Promise.all(Array.from({ length: 12 }, (_, n) => host.run(`sleep 0.3; echo ${n}`, noEnd)));
    expect(results.map((result) => result.stdout.trim())).toEqual(Array.from({ length: 12 }, (_, n) => String(n)));
    expect(before).toHaveLength(1);
    expect(sshd.connections()).toEqual(before);
  });

  test('waits for a session while the host refuses new ones', async () => {
    const busySshd = await startSshd({ maxSessions: 2 });
    onTestFinished(() => busySshd.remove());
    const busyHost = remote.getHost(busySshd.target);
    const results = await Promise.all(Array.from({ length: 6 }, (_, n) => busyHost.run(`sleep 0.2; echo ${n}`, noEnd)));
    expect(results.map((result) => result.stdout.trim())).toEqual(['0', '1', '2', '3', '4', '5']);
    const blocked = Array.from({ length: 2 }, () => busyHost.run('sleep 1.5', noEnd));
    await expect(busyHost.run('true', within(500))).rejects.toMatchObject({ code: 'deadline' });
    await Promise.all(blocked);
  });

  test('reports each completed call', async () => {
    await host.run('exit 4', noEnd);
    expect(calls).toEqual([
      { host: 'machine-0', doing: 'running a command', outcome: 'ok', exitCode: 4, durationMs: expect.any(Number) },
    ]);
  });
});

describe('host keys', () => {
  test('rejects an unknown host key', async () => {
    const other = join(sshd.folder, 'other');
    generateKey(other);
    const stranger = remote.getHost({ ...sshd.target, hostKeys: [readFileSync(`${other}.pub`, 'utf8')] });
    await expect(stranger.run('true', noEnd)).rejects.toMatchObject({ code: 'ssh-host-key', kind: 'conflict' });
  });

  test('rejects every host without known keys', async () => {
    await expect(remote.getHost({ ...sshd.target, hostKeys: [] }).run('true', noEnd)).rejects.toMatchObject({
      code: 'ssh-host-key',
    });
  });

  test('rejects a server without known key types for its key', async () => {
    const ecdsa = 'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTY=';
    await expect(remote.getHost({ ...sshd.target, hostKeys: [ecdsa] }).run('true', noEnd)).rejects.toMatchObject({
      code: 'ssh-host-key',
    });
  });

  test('accepts one known key among several', async () => {
    const other = join(sshd.folder, 'other-2');
    generateKey(other);
    const hostKeys = [readFileSync(`${other}.pub`, 'utf8'), ...sshd.target.hostKeys];
    expect((await remote.getHost({ ...sshd.target, hostKeys }).run('echo in', noEnd)).stdout).toBe('in\n');
  });

  test('reports a rejected client key', async () => {
    const other = join(sshd.folder, 'other-3');
    generateKey(other);
    const intruder = remote.getHost({ ...sshd.target, identity: new Secret(readFileSync(other)) });
    await expect(intruder.run('true', noEnd)).rejects.toMatchObject({ code: 'ssh-denied', kind: 'transient' });
  });

  test('reports an unreadable key as a bug without quoting it', async () => {
    const broken = remote.getHost({ ...sshd.target, identity: new Secret('-----BEGIN nonsense') });
    const error = await broken.run('true', noEnd).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'bug' });
    expect(error).not.toHaveProperty('cause');
  });
});

describe('ending a command', () => {
  test('the deadline kills it on the host too', async () => {
    const marker = `${7_000_000 + process.pid}.25`;
    await expect(host.run(`sleep ${marker} & sleep ${marker}`, within(700))).rejects.toMatchObject({
      code: 'deadline',
    });
    await waitUntil(() => !listCommandLines().some((line) => line.startsWith(`sleep ${marker}`)));
  });

  test('an abort kills it immediately', async () => {
    const marker = `${7_000_000 + process.pid}.5`;
    const controller = new AbortController();
    const running = host.run(`sleep ${marker}`, within(60_000, controller.signal));
    const outcome = expect(running).rejects.toMatchObject({ code: 'cancelled', kind: 'cancelled' });
    await waitUntil(() => listCommandLines().some((line) => line.startsWith(`sleep ${marker}`)));
    controller.abort();
    await outcome;
    await waitUntil(() => !listCommandLines().some((line) => line.startsWith(`sleep ${marker}`)));
  });

  test('kills commands that ignore TERM', async () => {
    const marker = `${7_000_000 + process.pid}.75`;
    const script = `trap '' TERM; while :; do sleep ${marker} || true; done`;
    await expect(host.run(script, within(700))).rejects.toMatchObject({ code: 'deadline' });
    await waitUntil(() => !listCommandLines().some((line) => line.includes(marker)));
  });

  test('starts nothing if already aborted', async () => {
    const file = join(sshd.folder, 'never');
    await expect(host.run(`touch ${file}`, within(1000, AbortSignal.abort()))).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect((await host.run(`[ -e ${file} ] || echo nothing`, noEnd)).stdout).toBe('nothing\n');
  });

  test('the deadline ends waiting for a session', async () => {
    const busy = Array.from({ length: 8 }, () => host.run('sleep 1.5', noEnd));
    await expect(host.run('true', within(300))).rejects.toMatchObject({ code: 'deadline' });
    expect((await Promise.all(busy)).every((result) => result.exitCode === 0)).toBe(true);
  });
});

describe('a lost connection', () => {
  test('fails the running command; the next one reconnects', async () => {
    const started = join(sshd.folder, 'started');
    const running = host.run(`touch ${started}; sleep 3`, noEnd);
    const outcome = expect(running).rejects.toMatchObject({ code: 'ssh-cut', kind: 'transient' });
    await waitUntil(() => fileExists(started));
    const [first] = sshd.connections();
    cutConnections();
    await outcome;
    expect((await host.run('echo again', noEnd)).stdout).toBe('again\n');
    expect(sshd.connections()).not.toContain(first);
  });

  test('is unreachable until sshd is back', async () => {
    await sshd.stop();
    await expect(host.run('true', noEnd)).rejects.toMatchObject({ code: 'ssh-unreachable', detail: 'ECONNREFUSED' });
    await sshd.start();
    expect((await host.run('echo back', noEnd)).stdout).toBe('back\n');
  });

  test('rejects a host that returns with a different host key', async () => {
    const own = await startSshd();
    try {
      const rebuilt = remote.getHost(own.target);
      await rebuilt.run('true', noEnd);
      await own.stop();
      own.changeHostKey();
      await own.start();
      await expect(rebuilt.run('true', noEnd)).rejects.toMatchObject({ code: 'ssh-host-key' });
    } finally {
      await own.remove();
    }
  });

  test('detects a silent host', async () => {
    const attentive = createSshClient({ keepaliveMs: 100 });
    const started = join(sshd.folder, 'silent');
    const running = attentive.getHost(sshd.target).run(`touch ${started}; sleep 3`, noEnd);
    const outcome = expect(running).rejects.toMatchObject({ code: 'ssh-cut' });
    await waitUntil(() => fileExists(started));
    const silent = sshd.connections();
    for (const pid of silent) killProcess(pid, 'SIGSTOP');
    await outcome;
    for (const pid of silent) killProcess(pid, 'SIGKILL');
    await attentive.close();
  });

  test('closes an idle connection', async () => {
    const brief = createSshClient({ idleMs: 50 });
    await brief.getHost(sshd.target).run('true', noEnd);
    await waitUntil(() => sshd.connections().length === 0);
    expect((await brief.getHost(sshd.target).run('echo still here', noEnd)).stdout).toBe('still here\n');
    await brief.close();
  });
});

function cutConnections(): void {
  for (const pid of sshd.connections()) killProcess(pid, 'SIGKILL');
}

function fileExists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}
