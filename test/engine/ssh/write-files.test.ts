import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSshClient } from '../../../src/engine/ssh/create-ssh-client.ts';
import type { SshClient, SshHost } from '../../../src/engine/ssh/ssh-client.ts';
import { Secret } from '../../../src/store/vault/secret.ts';
import { killProcess, listCommandLines, type Sshd, startSshd, waitUntil } from './sshd.ts';

const noEnd = { deadlineMs: 20_000, signal: new AbortController().signal };
let sshd: Sshd;
let remote: SshClient;
let host: SshHost;
let folder: string;
let count = 0;

beforeAll(async () => {
  sshd = await startSshd();
  remote = createSshClient();
  host = remote.getHost(sshd.target);
});
beforeEach(() => {
  count += 1;
  folder = join(sshd.folder, `files-${count}`);
  mkdirSync(folder);
});
afterAll(async () => {
  await remote.close();
  await sshd.remove();
});

describe('writing files', () => {
  test('writes several files with content, mode and owner', async () => {
    const bytes = randomBytes(5_000_000);
    await host.writeFiles(
      [
        { path: join(folder, 'text'), content: 'žluťoučký\nno newline at the end', mode: 0o644 },
        { path: join(folder, 'big'), content: bytes, mode: 0o755 },
        { path: join(folder, 'empty'), content: '', mode: 0o600 },
        { path: join(folder, 'secret'), content: new Secret('hush'), mode: 0o400 },
        { path: join(folder, "it's a name"), content: 'x', mode: 0o640 },
      ],
      noEnd,
    );
    expect(readFileSync(join(folder, 'text'), 'utf8')).toBe('žluťoučký\nno newline at the end');
    expect(readFileSync(join(folder, 'big')).equals(bytes)).toBe(true);
    expect(readFileSync(join(folder, 'empty'))).toHaveLength(0);
    expect(readFileSync(join(folder, 'secret'), 'utf8')).toBe('hush');
    const looks = readdirSync(folder).map((name) => {
      const { mode, uid, gid } = statSync(join(folder, name));
      return [name, (mode & 0o7777).toString(8), uid, gid];
    });
    expect(looks.sort()).toEqual([
      ['big', '755', 0, 0],
      ['empty', '600', 0, 0],
      ["it's a name", '640', 0, 0],
      ['secret', '400', 0, 0],
      ['text', '644', 0, 0],
    ]);
  });

  test('replaces files and creates missing directories', async () => {
    const path = join(folder, 'a/b/file');
    await host.writeFiles([{ path, content: 'first', mode: 0o644 }], noEnd);
    await host.writeFiles([{ path, content: 'second', mode: 0o600 }], noEnd);
    expect(readFileSync(path, 'utf8')).toBe('second');
    expect((statSync(path).mode & 0o7777).toString(8)).toBe('600');
    expect((statSync(join(folder, 'a/b')).mode & 0o7777).toString(8)).toBe('755');
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['file']);
  });

  test.each(['relative/path', '/', '/ends/with/slash/', '/line\nbreak', '/ends with a space '])(
    'refuses the path %j',
    async (path) => {
      await expect(host.writeFiles([{ path, content: '', mode: 0o644 }], noEnd)).rejects.toThrow(RangeError);
    },
  );

  test('fails if the target is a directory', async () => {
    mkdirSync(join(folder, 'taken/inside'), { recursive: true });
    await expect(
      host.writeFiles([{ path: join(folder, 'taken'), content: 'x', mode: 0o644 }], noEnd),
    ).rejects.toMatchObject({ code: 'command-failed', detail: expect.stringContaining('taken') });
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  test('reports a full disk', async () => {
    const small = join(folder, 'small');
    mkdirSync(small);
    await host.run(`mount -t tmpfs -o size=64k kthw-test ${small}`, noEnd);
    try {
      writeFileSync(join(small, 'file'), 'as it was');
      await expect(
        host.writeFiles([{ path: join(small, 'file'), content: Buffer.alloc(200_000), mode: 0o644 }], noEnd),
      ).rejects.toMatchObject({ code: 'disk-full', kind: 'denied' });
      expect(readFileSync(join(small, 'file'), 'utf8')).toBe('as it was');
      expect(readdirSync(small)).toEqual(['file']);
    } finally {
      await host.run(`umount ${small}`, noEnd);
    }
  });

  test('keeps the old file when the connection is lost', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'as it was');
    const writing = host.writeFiles([{ path, content: Buffer.alloc(300_000_000), mode: 0o644 }], noEnd);
    const outcome = expect(writing).rejects.toMatchObject({ code: 'ssh-cut' });
    await waitUntil(() => temporaryFiles(folder).some((name) => statSync(join(folder, name)).size > 0));
    for (const pid of sshd.connections()) killProcess(pid, 'SIGKILL');
    await outcome;
    await waitUntil(() => temporaryFiles(folder).length === 0);
    expect(readFileSync(path, 'utf8')).toBe('as it was');
  });

  test('keeps the old file when aborted', async () => {
    const path = join(folder, 'file');
    const controller = new AbortController();
    const writing = host.writeFiles([{ path, content: Buffer.alloc(300_000_000), mode: 0o644 }], {
      deadlineMs: 20_000,
      signal: controller.signal,
    });
    const outcome = expect(writing).rejects.toMatchObject({ code: 'cancelled' });
    await waitUntil(() => temporaryFiles(folder).some((name) => statSync(join(folder, name)).size > 0));
    controller.abort();
    await outcome;
    await waitUntil(() => readdirSync(folder).length === 0);
  });

  test('keeps content out of process arguments and the file private from the first byte', async () => {
    const secret = randomBytes(24).toString('hex');
    const path = join(folder, 'secret');
    const content = Buffer.concat([Buffer.from(secret), Buffer.alloc(60_000_000)]);
    const writing = host.writeFiles([{ path, content: new Secret(content), mode: 0o600 }], noEnd);
    await waitUntil(() => temporaryFiles(folder).length === 1);
    const [temporary = ''] = temporaryFiles(folder);
    expect((statSync(join(folder, temporary)).mode & 0o777).toString(8)).toBe('600');
    const lines = listCommandLines();
    expect(lines.some((line) => line.includes('mktemp'))).toBe(true);
    expect(lines.filter((line) => line.includes(secret))).toEqual([]);
    await writing;
    expect(readFileSync(path).subarray(0, 48).toString()).toBe(secret);
  });
});

function temporaryFiles(path: string): string[] {
  return readdirSync(path).filter((name) => name.startsWith('.'));
}
