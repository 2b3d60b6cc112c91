import type { KeyManagementServiceClient } from '@google-cloud/kms';
import { KeyringError } from './keyring-error.ts';
import { SecretUnreadable } from './seal.ts';

export interface KmsCall {
  readonly doing: string;
  readonly key: string;
  /** Key version to decrypt with; absent to encrypt with the primary version. */
  readonly version?: string;
}

type KeyVersionState = { readonly version: string; readonly state: string; readonly destroyAt?: string };

/** gRPC codes: https://grpc.io/docs/guides/status-codes. */
const grpcCode = { invalid: 3, notFound: 5, denied: 7, precondition: 9, unauthenticated: 16 } as const;
/** No response, overload or internal errors. */
const transientCodes = new Set([1, 2, 4, 8, 10, 13, 14]);

export function isTransientError(error: unknown): boolean {
  return transientCodes.has(getErrorCode(error)) || Number.isNaN(getErrorCode(error));
}

/**
 * Converts an error of Cloud KMS into cause and remedy. Reads the state of an unusable key version, because the error reports
 * it as text only. Keeps nothing of `error`, which contains the request.
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
      if (version === undefined)
        return createError(`${key} is not an encryption key`, 'use a key for symmetric encryption');
      return new SecretUnreadable(
        `${doing}: Cloud KMS can't decrypt it with ${key}: damaged, moved, or wrapped with another key`,
      );
    case grpcCode.notFound:
      return createError(`key ${key} not found`, 'correct KTHW_KMS_KEY, or create the key with `npm run deploy`');
    case grpcCode.denied:
      if ((error as { reason?: unknown }).reason === 'SERVICE_DISABLED')
        return createError('the Cloud KMS API is not enabled', 'run `gcloud services enable cloudkms.googleapis.com`');
      return createError(
        `permission denied: the service account can't use ${key}`,
        'run `npm run deploy`, or grant roles/cloudkms.cryptoKeyEncrypterDecrypter on the key',
      );
    case grpcCode.unauthenticated:
      return createError(
        'unauthenticated',
        'run with a service account, or sign in with `gcloud auth application-default login`',
      );
    case grpcCode.precondition: {
      const keyVersion = await readKeyVersionState(call, kms, options);
      return createError(`${keyVersion.version} ${formatState(keyVersion)}`, formatNextStep(keyVersion));
    }
    default:
      return createError(
        `Cloud KMS rejected the request (code ${getErrorCode(error)})`,
        'check the key in the Google Cloud console',
      );
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
      return `is scheduled for destruction${destroyAt ? ` at ${destroyAt}` : ''}`;
    case 'DESTROYED':
      return 'is destroyed';
    case 'NO_PRIMARY':
      return 'has no primary version';
    default:
      return 'is not usable';
  }
}

function formatNextStep({ version, state }: KeyVersionState): string {
  const [, location, ring, key, number] =
    /locations\/([^/]+)\/keyRings\/([^/]+)\/cryptoKeys\/([^/]+)(?:\/cryptoKeyVersions\/(\d+))?$/.exec(version) ?? [];
  const gcloudFlags = `${number ? `${number} --key ${key}` : key} --keyring ${ring} --location ${location}`;
  switch (state) {
    case 'DISABLED':
      return `run \`gcloud kms keys versions enable ${gcloudFlags}\``;
    case 'DESTROY_SCHEDULED':
      return `before then, run \`gcloud kms keys versions restore ${gcloudFlags}\`, then the same command with \`enable\``;
    case 'DESTROYED':
      return 'delete and recreate the affected clusters; their secrets, including those in backups, are lost';
    case 'NO_PRIMARY':
      return `run \`gcloud kms keys versions create --primary --key ${gcloudFlags}\``;
    default:
      return 'check its state in the Google Cloud console and enable it';
  }
}

function getErrorCode(error: unknown): number {
  return error instanceof Error && 'code' in error ? Number(error.code) : Number.NaN;
}
