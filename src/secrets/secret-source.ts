import type { Secret } from '../store/vault/secret.ts';
import { fileSecrets } from './file-secret-source.ts';
import { type SecretManagerOptions, secretManager } from './secret-manager-source.ts';

/** Where secrets of the configuration rest. */
export interface SecretSource {
  /** @param name in the source's own words @throws SecretMissing that says what to do; it never holds the secret */
  read(name: string): Promise<Secret>;
}

/** What a value of the environment begins with when it names a secret rather than being it. */
const sources = {
  'file:': () => fileSecrets(),
  'secret-manager:': (options: SecretManagerOptions) => secretManager(options),
} as const satisfies Record<string, (options: SecretManagerOptions) => SecretSource>;

/**
 * The environment with each of `variables` that names a secret (`file:/run/secrets/token`,
 * `secret-manager:projects/P/secrets/S/versions/latest`) replaced by that secret. All are read at once; an environment that
 * names none is given back, and nothing is loaded.
 * @throws SecretMissing
 */
export async function withSecrets(
  environment: NodeJS.ProcessEnv,
  variables: readonly string[],
  options: SecretManagerOptions = {},
): Promise<NodeJS.ProcessEnv> {
  const read = async (variable: string): Promise<[string, string][]> => {
    const value = environment[variable] ?? '';
    const scheme = (Object.keys(sources) as (keyof typeof sources)[]).find((one) => value.startsWith(one));
    if (scheme === undefined) return [];
    const secret = await sources[scheme](options).read(value.slice(scheme.length));
    // What was put in with an editor or `echo` ends in a line break that does not belong to it.
    return [[variable, secret.reveal().trim()]];
  };
  const found = await Promise.all(variables.map(read));
  return { ...environment, ...Object.fromEntries(found.flat()) };
}
