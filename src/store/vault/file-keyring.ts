import { createHash } from 'node:crypto';
import { openFileClusterKeys } from './file-cluster-keys.ts';
import { InvalidKeyFile } from './invalid-key-file.ts';
import { createKeyFile, readKeyFile } from './key-file.ts';
import { seal, unseal } from './seal.ts';
import type { Keyring } from './vault.ts';

/**
 * Opens a keyring that wraps data keys with a 256-bit key file, created with mode 0600 if missing. Without the file, all
 * secrets are lost: back it up, separately from the database. The keys of clusters are in the folder `PATH.clusters`.
 * @throws InvalidKeyFile if other users can access the file or it contains no key
 */
export function openFileKeyring(path: string): Keyring {
  const key = readKeyFile(path) ?? createKeyFile(path);
  const keyVersion = createHash('sha256').update(key).digest('hex').slice(0, 16);
  return {
    clusterKeys: openFileClusterKeys(`${path}.clusters`),
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
