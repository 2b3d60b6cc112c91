import type { Secret } from '../store/vault/secret.ts';
import { createFileSecretSource } from './file-secret-source.ts';
import { createSecretManagerSource, type SecretManagerOptions } from './secret-manager-source.ts';

/** Where secrets of the configuration rest. */
export interface SecretSource {
  /** @param name in the source's own words @throws SecretMissing that says what to do; it never holds the secret */
  read(name: string): Promise<Secret>;
}

/** What a value of the environment begins with when it names a secret rather than being it. */
const sourceByScheme = {
  'file:': () => createFileSecretSource(),
  'secret-manager:': (options: SecretManagerOptions) => createSecretManagerSource(options),
} as const satisfies Record<string, (options: SecretManagerOptions) => SecretSource>;

/**
 * The environment with each of `variables` that names a secret (`file:/run/secrets/token`,
 * `secret-manager:projects/P/secrets/S/versions/latest`) replaced by that secret. All are read at once; an environment that
 * names none is given back, and nothing is loaded.
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
    // What was put in with an editor or `echo` ends in a line break that does not belong to it.
    return [[variable, secret.reveal().trim()]];
  };
  const resolved = await Promise.all(variables.map(resolveVariable));
  return { ...environment, ...Object.fromEntries(resolved.flat()) };
}
