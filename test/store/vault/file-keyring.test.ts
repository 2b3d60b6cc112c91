import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openFileKeyring } from '../../../src/store/vault/file-keyring.ts';
import { InvalidKeyFile } from '../../../src/store/vault/invalid-key-file.ts';
import { SecretUnreadable } from '../../../src/store/vault/seal.ts';

const DATA_KEY = new Uint8Array(32).fill(7);
const run = promisify(execFile);

describe('a key file', () => {
  test('is created with owner-only access, in an owner-only directory', async () => {
    const path = join(freshFolder(), 'keys', 'kthw.key');
    openFileKeyring(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(path, '..'))).toEqual(['kthw.key']);
  });

  test('is reused and unwraps earlier keys', async () => {
    const path = join(freshFolder(), 'kthw.key');
    const { wrapped, keyVersion } = await openFileKeyring(path).wrap(DATA_KEY, 'demo');
    const content = readFileSync(path, 'utf8');
    const opened = await openFileKeyring(path).unwrap(wrapped, 'demo', keyVersion);
    expect(new Uint8Array(opened)).toEqual(DATA_KEY);
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  test('is created once by concurrent processes', async () => {
    const path = join(freshFolder(), 'kthw.key');
    const module = join(import.meta.dirname, '../../../src/store/vault/file-keyring.ts');
    const script = `
      import { openFileKeyring } from ${JSON.stringify(module)};
      const { keyVersion } = await openFileKeyring(process.argv[1]).wrap(new Uint8Array(32), 'x');
      console.log(keyVersion);`;
    const args = ['--input-type=module', '--eval', script, path];
    const results = await Promise.all(Array.from({ length: 5 }, () => run(process.execPath, args)));
    const versions = new Set(results.map(({ stdout }) => stdout.trim()));
    expect([...versions]).toEqual([(await openFileKeyring(path).wrap(DATA_KEY, 'x')).keyVersion]);
    expect(readdirSync(join(path, '..'))).toEqual(['kthw.key']);
  });

  test.each([0o640, 0o604, 0o644, 0o620, 0o601])('of mode %o is rejected with a remedy', (mode) => {
    const path = join(freshFolder(), 'kthw.key');
    openFileKeyring(path);
    chmodSync(path, mode);
    expect(() => openFileKeyring(path)).toThrow(InvalidKeyFile);
    expect(() => openFileKeyring(path)).toThrow(
      `accessible to other users (mode 0${mode.toString(8)}); \`chmod 600 ${path}\``,
    );
    chmodSync(path, 0o600);
    openFileKeyring(path);
  });

  test.each([
    ['nothing', ''],
    ['something else', 'tell-nobody\n'],
    ['half a key', `kthw-key-1 ${Buffer.alloc(16, 1).toString('base64')}\n`],
    ['a key that was cut', `kthw-key-1 ${Buffer.alloc(32, 1).toString('base64').slice(0, 30)}`],
    ['two keys', `kthw-key-1 ${Buffer.alloc(32, 1).toString('base64')}\n`.repeat(2)],
    ['a format of another release', `kthw-key-2 ${Buffer.alloc(32, 1).toString('base64')}\n`],
  ])('with %s is rejected, not quoted and not replaced', (_, content) => {
    const path = join(freshFolder(), 'kthw.key');
    writeFileSync(path, content, { mode: 0o600 });
    const error = caught(() => openFileKeyring(path));
    expect(error).toBeInstanceOf(InvalidKeyFile);
    expect(String(error)).toMatch(/does not contain a key.*restore it from a backup, or move it away/);
    expect(String(error)).not.toMatch(/tell-nobody|AQEB/);
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  test('that is a directory is rejected', () => {
    const path = join(freshFolder(), 'kthw.key');
    mkdirSync(path, { mode: 0o700 });
    expect(() => openFileKeyring(path)).toThrow(/is not a file/);
  });

  test('unwraps only with the same context, key and bytes', async () => {
    const folder = freshFolder();
    const [keyring, other] = [openFileKeyring(join(folder, 'a.key')), openFileKeyring(join(folder, 'b.key'))];
    const { wrapped, keyVersion } = await keyring.wrap(DATA_KEY, 'demo');
    await expect(keyring.unwrap(wrapped, 'other', keyVersion)).rejects.toThrow(SecretUnreadable);
    await expect(other.unwrap(wrapped, 'demo', keyVersion)).rejects.toThrow(/restore the original key file/);
    const { keyVersion: wrong } = await other.wrap(DATA_KEY, 'demo');
    await expect(other.unwrap(wrapped, 'demo', wrong)).rejects.toThrow(SecretUnreadable);
    for (const at of [0, 20, wrapped.length - 1]) {
      const changed = Uint8Array.from(wrapped, (byte, index) => (index === at ? byte ^ 1 : byte));
      await expect(keyring.unwrap(changed, 'demo', keyVersion)).rejects.toThrow(SecretUnreadable);
    }
    await expect(keyring.unwrap(wrapped.subarray(0, 10), 'demo', keyVersion)).rejects.toThrow(SecretUnreadable);
  });

  test('has a version that does not reveal the key', async () => {
    const path = join(freshFolder(), 'kthw.key');
    const { keyVersion, wrapped } = await openFileKeyring(path).wrap(DATA_KEY, 'demo');
    const key = Buffer.from(readFileSync(path, 'utf8').split(' ')[1] ?? '', 'base64');
    expect(key).toHaveLength(32);
    expect(keyVersion).toMatch(/^[0-9a-f]{16}$/);
    expect(key.toString('hex')).not.toContain(keyVersion);
    expect(Buffer.from(wrapped).includes(Buffer.from(DATA_KEY.subarray(0, 8)))).toBe(false);
    expect(existsSync(`${path}.new`)).toBe(false);
  });
});

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kthw-keyring-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
