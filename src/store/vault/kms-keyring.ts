import type { KeyManagementServiceClient } from '@google-cloud/kms';
import { StoreUnavailable } from '../store-errors.ts';
import { isTransientError, type KmsCall, toKeyringError } from './kms-errors.ts';
import type { Keyring } from './vault.ts';
import { KeyringError } from './vault-errors.ts';

type ClientOptions = NonNullable<ConstructorParameters<typeof KeyManagementServiceClient>[0]>;

export interface KmsKeyringOptions {
  /** `projects/P/locations/L/keyRings/R/cryptoKeys/K`, for symmetric encryption. */
  readonly key: string;
  /** The address of another Cloud KMS, as `http://127.0.0.1:8931`. @default Google's */
  readonly endpoint?: string;
  /** Who the calls are made as. @default Google's application default credentials */
  readonly auth?: () => Promise<NonNullable<ClientOptions['authClient']>>;
  /** How long one answer may take. @default 10_000 */
  readonly requestTimeoutMs?: number;
}

/**
 * Wraps data keys with a key of Cloud KMS, which never leaves it. New ones are wrapped under the key's primary version;
 * what older versions wrapped opens for as long as those are enabled. Nothing of the client is loaded before the first call.
 *
 * Errors keep nothing of the request: that of `encrypt` holds the data key.
 */
export function openKmsKeyring(options: KmsKeyringOptions): Keyring {
  const { key: name, requestTimeoutMs = 10_000 } = options;
  let client: Promise<KeyManagementServiceClient> | undefined;

  function getClient(): Promise<KeyManagementServiceClient> {
    client ??= createKmsClient(options).catch((error: unknown) => {
      client = undefined;
      throw error;
    });
    return client;
  }

  async function callKms<T>(call: KmsCall, work: (kms: KeyManagementServiceClient) => Promise<T>): Promise<T> {
    const kms = await getClient();
    try {
      return await work(kms);
    } catch (error) {
      if (isTransientError(error))
        throw new StoreUnavailable(`${call.doing}: Cloud KMS gave no answer; try again later`);
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
          `${doing}: it was wrapped by ${JSON.stringify(keyVersion)}, and KTHW_KMS_KEY is ${name}`,
          'name the key that it was made with, or bring it over with `npm run rewrap`',
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
