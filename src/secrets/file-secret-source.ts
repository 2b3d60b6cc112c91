import { open } from 'node:fs/promises';
import { Secret } from '../store/vault/secret.ts';
import { SecretMissing } from './secret-missing.ts';
import type { SecretSource } from './secret-source.ts';

/** Reads secrets from files by path. Rejects files that group or others can read. */
export function createFileSecretSource(): SecretSource {
  return {
    async read(path) {
      const file = await open(path).catch((cause: unknown) => {
        throw new SecretMissing(`can't read the secret file ${path}; create it, owned by this user`, { cause });
      });
      try {
        const mode = (await file.stat()).mode & 0o777;
        if ((mode & 0o077) !== 0)
          throw new SecretMissing(
            `other users can read ${path}; run \`chmod 600 ${path}\` and consider rotating the secret`,
          );
        return new Secret(await file.readFile());
      } finally {
        await file.close();
      }
    },
  };
}
