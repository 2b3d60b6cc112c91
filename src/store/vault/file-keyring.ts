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
import { InvalidKeyFile } from './vault-errors.ts';

const KEY_FILE_HEADER = 'kthw-key-1';

/**
 * Wraps data keys with the 256-bit key in a file, made with mode 0600 when it is not there. Losing the file loses every
 * secret: it belongs in the backup, apart from the database.
 * @throws InvalidKeyFile when others can read the file or it does not hold a key.
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
          `opening the ${context}: it needs key ${wrappingKeyVersion} and ${path} holds ${keyVersion}; bring back the key file it was made with`,
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
    throw new InvalidKeyFile(`the key file ${path} can't be opened; let this user read it`, { cause: error });
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new InvalidKeyFile(`${path} is not a file; name the key file`);
    const mode = stat.mode & 0o777;
    if ((mode & 0o077) !== 0) {
      throw new InvalidKeyFile(
        `the key file ${path} is open to others (mode ${mode.toString(8).padStart(4, '0')}); \`chmod 600 ${path}\`, and think about who may have read it`,
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
    `the key file ${path} does not hold a key ("${KEY_FILE_HEADER}", a space and 44 characters); bring it back from the backup, or move it away to begin with a new key, which opens nothing that was kept before`,
  );
}

/** The whole file appears at once or not at all: two processes that start together end with the same key. */
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
