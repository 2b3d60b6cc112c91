import { open } from 'node:fs/promises';
import { Secret } from '../store/vault/secret.ts';
import { createSecretManagerSource, type SecretManagerOptions, SecretMissing } from './secret-manager-source.ts';

export interface SecretSource {
  /** @param name in the source's format @throws SecretMissing with the remedy, without the secret */
  read(name: string): Promise<Secret>;
}

/** Sources by the prefix of a secret reference. */
const sourceByScheme = {
  'file:': () => createFileSecretSource(),
  'secret-manager:': (options: SecretManagerOptions) => createSecretManagerSource(options),
} as const satisfies Record<string, (options: SecretManagerOptions) => SecretSource>;

/**
 * Replaces secret references in `variables` (`file:/run/secrets/token`,
 * `secret-manager:projects/P/secrets/S/versions/latest`) by the secrets. Reads all in parallel.
 * @throws SecretMissing
 */
export async function resolveSecrets(
  environment: NodeJS.ProcessEnv,
  variables: readonly string[],
  options: SecretManagerOptions = {},
): Promise<NodeJS.ProcessEnv> {
  const resolveVariable = async (variable: string): Promise<[string, string][]> => {
    const value = environment[variable] ?? '';
    const scheme = (Object.keys(sourceByScheme) as (keyof typeof sourceByScheme)[]).find((one) =>
      value.startsWith(one),
    );
    if (scheme === undefined) return [];
    const secret = await sourceByScheme[scheme](options).read(value.slice(scheme.length));
    // Editors and `echo` append a line break that is not part of the secret.
    return [[variable, secret.reveal().trim()]];
  };
  const resolved = await Promise.all(variables.map(resolveVariable));
  return { ...environment, ...Object.fromEntries(resolved.flat()) };
}

/** Reads secrets from files by path. Rejects files that group or others can read. */
function createFileSecretSource(): SecretSource {
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
