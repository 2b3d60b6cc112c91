import { describe, expect, test } from 'vitest';
import { buildCommandLine, quoteForShell } from '../../../src/engine/ssh/command-line.ts';
import { getHostKeyAlgorithms, isKnownKey } from '../../../src/engine/ssh/connect-ssh.ts';
import { TailBuffer } from '../../../src/engine/ssh/execute-script.ts';
import { Semaphore } from '../../../src/engine/ssh/semaphore.ts';

describe('the command line', () => {
  test.each([
    ['root', /^timeout -k 5 30 bash /],
    ['ubuntu', /^sudo -n timeout -k 5 30 bash /],
  ])('of %s', (user, start) => {
    expect(buildCommandLine('true', { user, timeoutSeconds: 30, marker: 'm' }).line).toMatch(start);
  });

  test.each([
    ['plain', "'plain'"],
    ["it's", `'it'\\''s'`],
    ['$HOME `x` "y"\n', `'$HOME \`x\` "y"\n'`],
    ['', "''"],
  ])('quotes %j', (word, quoted) => {
    expect(quoteForShell(word)).toBe(quoted);
  });
});

describe('host keys', () => {
  const blob = (type: string, rest: string): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(type.length);
    return Buffer.concat([length, Buffer.from(type), Buffer.from(rest)]);
  };
  const line = (type: string, key: Buffer): string => `${type} ${key.toString('base64')} root@machine`;
  const shown = blob('ssh-ed25519', 'key');

  test.each([
    ['the same key', [line('ssh-ed25519', shown)], true],
    ['the same among others', [line('ssh-rsa', blob('ssh-rsa', 'r')), line('ssh-ed25519', shown)], true],
    ['another key of the type', [line('ssh-ed25519', blob('ssh-ed25519', 'yek'))], false],
    ['the blob under another type', [line('ssh-rsa', shown)], false],
    ['none', [], false],
    ['a line without a key', ['ssh-ed25519'], false],
    ['nonsense', [''], false],
  ])('%s', (_, known, expected) => {
    expect(isKnownKey(shown, known)).toBe(expected);
  });

  test('lists algorithms of known keys first, each once, without SHA-1', () => {
    const algorithms = getHostKeyAlgorithms(['ssh-rsa AAAA', 'ssh-ed25519 AAAA']);
    expect(algorithms.slice(0, 3)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519']);
    expect(new Set(algorithms).size).toBe(algorithms.length);
    expect(algorithms).not.toContain('ssh-rsa');
  });
});

describe('TailBuffer', () => {
  test.each([
    ['all that fits', ['abc', 'def'], 'abcdef'],
    ['the end of several', ['abcdef', 'ghijkl', 'm'], 'fghijklm'],
    ['the end of one', ['abcdefghijkl'], 'efghijkl'],
    ['nothing', [], ''],
  ])('keeps %s', (_, chunks, text) => {
    const output = new TailBuffer(8);
    for (const chunk of chunks) output.add(Buffer.from(chunk));
    expect(output.getText()).toBe(text);
  });
});

describe('Semaphore', () => {
  const never = new AbortController().signal;

  test('grants permits in order and ignores a second release', async () => {
    const slots = new Semaphore(1);
    const order: string[] = [];
    const first = await slots.acquire(never);
    const second = slots.acquire(never).then((giveBack) => {
      order.push('second');
      return giveBack;
    });
    const third = slots.acquire(never).then((giveBack) => {
      order.push('third');
      return giveBack;
    });
    first();
    first();
    const giveBack = await second;
    expect(order).toEqual(['second']);
    giveBack();
    await third;
    expect(order).toEqual(['second', 'third']);
  });

  test('passes over aborted waiters', async () => {
    const slots = new Semaphore(1);
    const first = await slots.acquire(never);
    const controller = new AbortController();
    const second = expect(slots.acquire(controller.signal)).rejects.toBe('enough');
    const third = slots.acquire(never);
    controller.abort('enough');
    await second;
    first();
    (await third)();
    await slots.acquire(never);
  });
});
