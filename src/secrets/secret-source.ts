import type { Secret } from '../store/vault/secret.ts';
import { createFileSecretSource } from './file-secret-source.ts';
import { createSecretManagerSource, type SecretManagerOptions } from './secret-manager-source.ts';

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
