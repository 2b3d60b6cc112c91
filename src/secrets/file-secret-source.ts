import { open } from 'node:fs/promises';
import { Secret } from '../store/vault/secret.ts';
import { SecretMissing } from './secret-missing.ts';
import type { SecretSource } from './secret-source.ts';

/** Secrets in files of this machine, each by its path, which nobody but their owner may read. */
export function createFileSecretSource(): SecretSource {
  return {
    async read(path) {
      const file = await open(path).catch((cause: unknown) => {
        throw new SecretMissing(`the secret in ${path} can't be read; make the file, for this user`, { cause });
      });
      try {
        const mode = (await file.stat()).mode & 0o777;
        if ((mode & 0o077) !== 0)
          throw new SecretMissing(
            `${path} is open to others; \`chmod 600 ${path}\`, and think about who may have read it`,
          );
        return new Secret(await file.readFile());
      } finally {
        await file.close();
      }
    },
  };
}
