import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { seal, unseal } from './seal.ts';
import type { Keyring } from './vault.ts';

const KEY_FILE_HEADER = 'kthw-key-1';

/** Unusable or insecure key file. The message contains a remedy. */
export class InvalidKeyFile extends Error {
  override name = 'InvalidKeyFile';
}

/**
 * Opens a keyring that wraps data keys with a 256-bit key file, created with mode 0600 if missing. Without the file, all
 * secrets are lost: back it up, separately from the database.
 * @throws InvalidKeyFile if other users can access the file or it contains no key
 */
export function openFileKeyring(path: string): Keyring {
  const key = readKey(path) ?? createKey(path);
  const keyVersion = createHash('sha256').update(key).digest('hex').slice(0, 16);
  return {
    async wrap(dataKey, context) {
      return { wrapped: seal(key, dataKey, context), keyVersion };
    },
    async unwrap(wrapped, context, wrappingKeyVersion) {
      if (wrappingKeyVersion !== keyVersion) {
        throw new InvalidKeyFile(
          `opening the ${context}: requires key ${wrappingKeyVersion}, but ${path} contains ${keyVersion}; restore the original key file`,
        );
      }
      return unseal(key, wrapped, context, `the ${context}`);
    },
  };
}

function readKey(path: string): Uint8Array | undefined {
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

function parseKey(path: string, text: string): Uint8Array {
  const [, encoded = ''] = /^kthw-key-1 ([A-Za-z0-9+/]{43}=)\n$/.exec(text) ?? [];
  const key = Buffer.from(encoded, 'base64');
  if (key.length === 32 && key.toString('base64') === encoded) return key;
  throw new InvalidKeyFile(
    `the key file ${path} does not contain a key ("${KEY_FILE_HEADER}", a space and 44 characters); restore it from a backup, or move it away to start with a new key, which can't decrypt existing secrets`,
  );
}

/** Creates the file atomically, so that processes that start concurrently use the same key. */
function createKey(path: string): Uint8Array {
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
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
  return readKey(path) as Uint8Array;
}

function hasErrorCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
