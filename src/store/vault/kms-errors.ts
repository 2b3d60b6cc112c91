import type { KeyManagementServiceClient } from '@google-cloud/kms';
import { KeyringRefused, SecretUnreadable } from './vault-errors.ts';

/** What was asked of Cloud KMS. */
export interface KmsCall {
  readonly doing: string;
  readonly key: string;
  /** The version that wrapped what is to be opened; none: the primary is to wrap. */
  readonly version?: string;
}

type State = { readonly version: string; readonly state: string; readonly until?: string };

/** gRPC codes, https://grpc.io/docs/guides/status-codes. */
const code = { invalid: 3, notFound: 5, denied: 7, precondition: 9, unauthenticated: 16 } as const;
/** No answer, too much at once, trouble of Google's own: 1, 2, 4, 8, 10, 13, 14. */
const passing = new Set([1, 2, 4, 8, 10, 13, 14]);

/** Whether it passes by itself. */
export function isPassing(error: unknown): boolean {
  return passing.has(codeOf(error)) || Number.isNaN(codeOf(error));
}

/**
 * Why Cloud KMS did not do it, and what to do. For a version that can't be used its state is asked for: the answer itself
 * says it in its text only. Keeps nothing of `error`, which holds the request.
 */
export async function refusalOf(
  error: unknown,
  call: KmsCall,
  kms: KeyManagementServiceClient,
  options: { readonly timeout: number },
): Promise<Error> {
  const { doing, key, version } = call;
  const refused = (what: string, next: string) => new KeyringRefused(`${doing}: ${what}`, next);
  switch (codeOf(error)) {
    case code.invalid:
      if (version === undefined) return refused(`${key} does not encrypt`, 'name a key for symmetric encryption');
      return new SecretUnreadable(
        `${doing}: Cloud KMS can't open it with ${key}: it is damaged, or was wrapped for another place or by another key`,
      );
    case code.notFound:
      return refused(`there is no key ${key}`, 'put KTHW_KMS_KEY right, or `npm run deploy`, which makes the key');
    case code.denied:
      if ((error as { reason?: unknown }).reason === 'SERVICE_DISABLED')
        return refused('the Cloud KMS API is not enabled', '`gcloud services enable cloudkms.googleapis.com`');
      return refused(
        `this service account may not use ${key}`,
        '`npm run deploy` gives it the role; or give it roles/cloudkms.cryptoKeyEncrypterDecrypter on that key',
      );
    case code.unauthenticated:
      return refused('Google does not know who asks', 'on App Engine it is the service account; elsewhere sign in');
    case code.precondition: {
      const found = await stateOf(call, kms, options);
      return refused(`${found.version} ${whatIsSo(found)}`, whatToDo(found));
    }
    default:
      return refused(`Cloud KMS refused it (code ${codeOf(error)})`, 'look at the key in the console');
  }
}

async function stateOf(
  { key, version }: KmsCall,
  kms: KeyManagementServiceClient,
  options: { readonly timeout: number },
): Promise<State> {
  try {
    const found =
      version === undefined
        ? (await kms.getCryptoKey({ name: key }, options))[0].primary
        : (await kms.getCryptoKeyVersion({ name: version }, options))[0];
    if (!found) return { version: key, state: 'NO_PRIMARY' };
    const { destroyTime } = found;
    const until = destroyTime ? { until: new Date(Number(destroyTime.seconds) * 1000).toISOString() } : {};
    return { version: found.name ?? key, state: String(found.state), ...until };
  } catch {
    return { version: version ?? key, state: 'UNKNOWN' };
  }
}

function whatIsSo({ state, until }: State): string {
  switch (state) {
    case 'DISABLED':
      return 'is disabled';
    case 'DESTROY_SCHEDULED':
      return `is going to be destroyed${until ? ` at ${until}` : ''}`;
    case 'DESTROYED':
      return 'is destroyed';
    case 'NO_PRIMARY':
      return 'has no primary version';
    default:
      return 'can’t be used now';
  }
}

function whatToDo({ version, state }: State): string {
  const [, location, ring, key, number] =
    /locations\/([^/]+)\/keyRings\/([^/]+)\/cryptoKeys\/([^/]+)(?:\/cryptoKeyVersions\/(\d+))?$/.exec(version) ?? [];
  const where = `${number ? `${number} --key ${key}` : key} --keyring ${ring} --location ${location}`;
  switch (state) {
    case 'DISABLED':
      return `\`gcloud kms keys versions enable ${where}\``;
    case 'DESTROY_SCHEDULED':
      return `before then: \`gcloud kms keys versions restore ${where}\`, and the same with enable`;
    case 'DESTROYED':
      return 'nothing can open what it wrapped, backups neither; delete those clusters and create them anew';
    case 'NO_PRIMARY':
      return `make one: \`gcloud kms keys versions create --primary --key ${where}\``;
    default:
      return 'look at its state in the console, and enable it';
  }
}

function codeOf(error: unknown): number {
  return error instanceof Error && 'code' in error ? Number(error.code) : Number.NaN;
}
