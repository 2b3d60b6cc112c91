import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { InvalidKeyFile } from './invalid-key-file.ts';

const KEY_FILE_HEADER = 'kthw-key-1';

/**
 * Reads a 256-bit key from a file. Undefined if the file is missing.
 * @throws InvalidKeyFile if other users can access the file or it contains no key
 */
export function readKeyFile(path: string): Uint8Array | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw new InvalidKeyFile(`can't open the key file ${path}; make it readable for this user`, { cause: error });
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new InvalidKeyFile(`${path} is not a file; set the path of the key file`);
    const mode = stat.mode & 0o777;
    if ((mode & 0o077) !== 0) {
      throw new InvalidKeyFile(
        `the key file ${path} is accessible to other users (mode ${mode.toString(8).padStart(4, '0')}); \`chmod 600 ${path}\` and check who may have read it`,
      );
    }
    return parseKey(path, readFileSync(file, 'utf8'));
  } finally {
    closeSync(file);
  }
}

/** Overwrites a key file, then deletes it. Succeeds if the file is missing. */
export function deleteKeyFile(path: string): void {
  // Renamed first: after a crash, no reader finds half of a key, and the next call finishes.
  const doomed = `${path}.destroyed`;
  if (existsSync(path)) renameSync(path, doomed);
  if (!existsSync(doomed)) return;
  const file = openSync(doomed, 'r+');
  writeSync(file, randomBytes(fstatSync(file).size));
  fsyncSync(file);
  closeSync(file);
  rmSync(doomed);
  syncFolder(dirname(path));
}

function parseKey(path: string, text: string): Uint8Array {
  const [, encoded = ''] = /^kthw-key-1 ([A-Za-z0-9+/]{43}=)\n$/.exec(text) ?? [];
  const key = Buffer.from(encoded, 'base64');
  if (key.length === 32 && key.toString('base64') === encoded) return key;
  throw new InvalidKeyFile(
    `the key file ${path} does not contain a key ("${KEY_FILE_HEADER}", a space and 44 characters); restore it from a backup, or move it away to start with a new key, which can't decrypt existing secrets`,
  );
}

/** Creates the file atomically with mode 0600, so that concurrent processes use the same key. */
export function createKeyFile(path: string): Uint8Array {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${KEY_FILE_HEADER} ${randomBytes(32).toString('base64')}\n`);
    fsyncSync(file);
    linkSync(draft, path);
  } catch (error) {
    if (!hasErrorCode(error, 'EEXIST')) throw error;
  } finally {
    closeSync(file);
    rmSync(draft);
  }
  syncFolder(dirname(path));
  return readKeyFile(path) as Uint8Array;
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

function hasErrorCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
