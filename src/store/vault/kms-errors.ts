import type { KeyManagementServiceClient } from '@google-cloud/kms';
import { KeyringError, SecretUnreadable } from './vault-errors.ts';

/** What was asked of Cloud KMS. */
export interface KmsCall {
  readonly doing: string;
  readonly key: string;
  /** The version that wrapped what is to be opened; none: the primary is to wrap. */
  readonly version?: string;
}

type KeyVersionState = { readonly version: string; readonly state: string; readonly destroyAt?: string };

/** gRPC codes, https://grpc.io/docs/guides/status-codes. */
const grpcCode = { invalid: 3, notFound: 5, denied: 7, precondition: 9, unauthenticated: 16 } as const;
/** No answer, too much at once, trouble of Google's own: 1, 2, 4, 8, 10, 13, 14. */
const transientCodes = new Set([1, 2, 4, 8, 10, 13, 14]);

/** Whether it passes by itself. */
export function isTransientError(error: unknown): boolean {
  return transientCodes.has(getErrorCode(error)) || Number.isNaN(getErrorCode(error));
}

/**
 * Why Cloud KMS did not do it, and what to do. For a version that can't be used its state is asked for: the answer itself
 * says it in its text only. Keeps nothing of `error`, which holds the request.
 */
export async function toKeyringError(
  error: unknown,
  call: KmsCall,
  kms: KeyManagementServiceClient,
  options: { readonly timeout: number },
): Promise<Error> {
  const { doing, key, version } = call;
  const createError = (problem: string, remedy: string) => new KeyringError(`${doing}: ${problem}`, remedy);
  switch (getErrorCode(error)) {
    case grpcCode.invalid:
      if (version === undefined) return createError(`${key} does not encrypt`, 'name a key for symmetric encryption');
      return new SecretUnreadable(
        `${doing}: Cloud KMS can't open it with ${key}: it is damaged, or was wrapped for another place or by another key`,
      );
    case grpcCode.notFound:
      return createError(`there is no key ${key}`, 'put KTHW_KMS_KEY right, or `npm run deploy`, which makes the key');
    case grpcCode.denied:
      if ((error as { reason?: unknown }).reason === 'SERVICE_DISABLED')
        return createError('the Cloud KMS API is not enabled', '`gcloud services enable cloudkms.googleapis.com`');
      return createError(
        `this service account may not use ${key}`,
        '`npm run deploy` gives it the role; or give it roles/cloudkms.cryptoKeyEncrypterDecrypter on that key',
      );
    case grpcCode.unauthenticated:
      return createError('Google does not know who asks', 'on App Engine it is the service account; elsewhere sign in');
    case grpcCode.precondition: {
      const keyVersion = await readKeyVersionState(call, kms, options);
      return createError(`${keyVersion.version} ${formatState(keyVersion)}`, formatNextStep(keyVersion));
    }
    default:
      return createError(`Cloud KMS refused it (code ${getErrorCode(error)})`, 'look at the key in the console');
  }
}

async function readKeyVersionState(
  { key, version }: KmsCall,
  kms: KeyManagementServiceClient,
  options: { readonly timeout: number },
): Promise<KeyVersionState> {
  try {
    const keyVersion =
      version === undefined
        ? (await kms.getCryptoKey({ name: key }, options))[0].primary
        : (await kms.getCryptoKeyVersion({ name: version }, options))[0];
    if (!keyVersion) return { version: key, state: 'NO_PRIMARY' };
    const { destroyTime } = keyVersion;
    const destroyAt = destroyTime ? { destroyAt: new Date(Number(destroyTime.seconds) * 1000).toISOString() } : {};
    return { version: keyVersion.name ?? key, state: String(keyVersion.state), ...destroyAt };
  } catch {
    return { version: version ?? key, state: 'UNKNOWN' };
  }
}

function formatState({ state, destroyAt }: KeyVersionState): string {
  switch (state) {
    case 'DISABLED':
      return 'is disabled';
    case 'DESTROY_SCHEDULED':
      return `is going to be destroyed${destroyAt ? ` at ${destroyAt}` : ''}`;
    case 'DESTROYED':
      return 'is destroyed';
    case 'NO_PRIMARY':
      return 'has no primary version';
    default:
      return 'can’t be used now';
  }
}

function formatNextStep({ version, state }: KeyVersionState): string {
  const [, location, ring, key, number] =
    /locations\/([^/]+)\/keyRings\/([^/]+)\/cryptoKeys\/([^/]+)(?:\/cryptoKeyVersions\/(\d+))?$/.exec(version) ?? [];
  const gcloudFlags = `${number ? `${number} --key ${key}` : key} --keyring ${ring} --location ${location}`;
  switch (state) {
    case 'DISABLED':
      return `\`gcloud kms keys versions enable ${gcloudFlags}\``;
    case 'DESTROY_SCHEDULED':
      return `before then: \`gcloud kms keys versions restore ${gcloudFlags}\`, and the same with enable`;
    case 'DESTROYED':
      return 'nothing can open what it wrapped, backups neither; delete those clusters and create them anew';
    case 'NO_PRIMARY':
      return `make one: \`gcloud kms keys versions create --primary --key ${gcloudFlags}\``;
    default:
      return 'look at its state in the console, and enable it';
  }
}

function getErrorCode(error: unknown): number {
  return error instanceof Error && 'code' in error ? Number(error.code) : Number.NaN;
}
