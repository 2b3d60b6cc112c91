import type { KeyManagementServiceClient } from '@google-cloud/kms';
import { cachePromise } from '../cache-promise.ts';
import { StoreUnavailable } from '../store.ts';
import { KeyringError } from './keyring-error.ts';
import { isTransientError, type KmsCall, toKeyringError } from './to-keyring-error.ts';
import type { DataKeyWrapper } from './vault.ts';

type ClientOptions = NonNullable<ConstructorParameters<typeof KeyManagementServiceClient>[0]>;

interface KmsKeyringOptions {
  /** `projects/P/locations/L/keyRings/R/cryptoKeys/K`, for symmetric encryption. */
  readonly key: string;
  /** URL of a Cloud KMS emulator, as `http://127.0.0.1:8931`. @default Google's API */
  readonly endpoint?: string;
  /** @default application default credentials */
  readonly auth?: () => Promise<NonNullable<ClientOptions['authClient']>>;
  /** @default 10_000 */
  readonly requestTimeoutMs?: number;
}

/**
 * Opens a wrapper that wraps data keys with a Cloud KMS key. The primary version encrypts; older versions decrypt as long as
 * they are enabled. The client is loaded on first use.
 *
 * Errors contain nothing of the request, because that of `encrypt` contains the data key.
 */
export function openKmsKeyring(options: KmsKeyringOptions): DataKeyWrapper {
  const { key: name, requestTimeoutMs = 10_000 } = options;
  const getClient = cachePromise(() => createKmsClient(options));

  async function callKms<T>(call: KmsCall, work: (kms: KeyManagementServiceClient) => Promise<T>): Promise<T> {
    const kms = await getClient();
    try {
      return await work(kms);
    } catch (error) {
      if (isTransientError(error))
        throw new StoreUnavailable(`${call.doing}: Cloud KMS did not respond; try again later`);
      throw await toKeyringError(error, call, kms, { timeout: requestTimeoutMs });
    }
  }

  return {
    async wrap(key, context) {
      const request = { name, plaintext: key, additionalAuthenticatedData: Buffer.from(context) };
      return await callKms({ doing: `wrapping the ${context}`, key: name }, async (kms) => {
        const [response] = await kms.encrypt(request, { timeout: requestTimeoutMs });
        return { wrapped: toBytes(response.ciphertext), keyVersion: response.name ?? '' };
      });
    },
    async unwrap(wrapped, context, keyVersion) {
      const doing = `opening the ${context}`;
      if (!keyVersion.startsWith(`${name}/cryptoKeyVersions/`)) {
        throw new KeyringError(
          `${doing}: wrapped with ${JSON.stringify(keyVersion)}, but KTHW_KMS_KEY is ${name}`,
          'set the original key, or migrate with `npm run rewrap`',
        );
      }
      const request = { name, ciphertext: wrapped, additionalAuthenticatedData: Buffer.from(context) };
      return await callKms({ doing, key: name, version: keyVersion }, async (kms) => {
        const [response] = await kms.decrypt(request, { timeout: requestTimeoutMs });
        return toBytes(response.plaintext);
      });
    },
  };
}

async function createKmsClient({ endpoint, auth }: KmsKeyringOptions): Promise<KeyManagementServiceClient> {
  const { KeyManagementServiceClient } = await import('@google-cloud/kms');
  const options: ClientOptions = { fallback: true, ...(auth ? { authClient: await auth() } : {}) };
  if (endpoint === undefined) return new KeyManagementServiceClient(options);
  const { hostname, port } = new URL(endpoint);
  return new KeyManagementServiceClient({ ...options, apiEndpoint: hostname, port: Number(port), protocol: 'http' });
}

function toBytes(value: Uint8Array | string | null | undefined): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'base64') : Uint8Array.from(value ?? []);
}
