import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { StoreUnavailable } from '../store.ts';
import { KeyringError } from './keyring-error.ts';
import type { ClusterKeys } from './vault.ts';

export interface SecretManagerOptions {
  readonly project: string;
  /** Headers of an authenticated request. */
  readonly getRequestHeaders: () => Promise<Headers>;
  /** API of an emulator, such as `http://127.0.0.1:8931`. @default Google's API */
  readonly endpoint?: string | undefined;
  /** @default 10_000 */
  readonly requestTimeoutMs?: number;
}

/** Prefix of the secrets' ids. The bot's role is limited to it. */
export const clusterKeyPrefix = 'kthw-cluster-key-';

const AccessResponse = z.object({ payload: z.object({ data: z.base64() }) });
const ErrorResponse = z.object({ error: z.object({ status: z.string() }) });

/**
 * Keys of clusters in Secret Manager, one secret for each cluster. Deleting a secret takes effect at once and can't be undone,
 * while a destroyed Cloud KMS key version can be restored for at least 24 hours. By REST, because the client library would
 * load 120 MB. https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets, as of 2026-12-01
 */
export function openSecretManagerClusterKeys(options: SecretManagerOptions): ClusterKeys {
  const { project, getRequestHeaders, requestTimeoutMs = 10_000 } = options;
  const baseUrl = options.endpoint ?? 'https://secretmanager.googleapis.com';
  const getName = (cluster: string) => `projects/${project}/secrets/${getSecretId(cluster)}`;

  /** Returns the parsed response, or undefined for an expected status. @throws StoreUnavailable, KeyringError */
  async function call(
    doing: string,
    method: string,
    path: string,
    { body, expected }: { readonly body?: object; readonly expected: readonly number[] },
  ): Promise<unknown> {
    const headers = await getRequestHeaders();
    if (body) headers.set('content-type', 'application/json');
    let response: Response;
    let parsed: unknown;
    try {
      response = await fetch(new URL(`/v1/${path}`, baseUrl), {
        method,
        headers,
        signal: AbortSignal.timeout(requestTimeoutMs),
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      parsed = await response.json();
    } catch {
      throw new StoreUnavailable(`${doing}: Secret Manager did not respond; try again later`);
    }
    if (response.ok) return parsed;
    if (expected.includes(response.status)) return undefined;
    if (response.status === 429 || response.status >= 500)
      throw new StoreUnavailable(`${doing}: Secret Manager returned ${response.status}; try again later`);
    const status = ErrorResponse.safeParse(parsed).data?.error.status ?? `status ${response.status}`;
    throw new KeyringError(
      `${doing}: Secret Manager rejected the request (${status})`,
      'run `npm run deploy`, which enables the API and grants access',
    );
  }

  /** Always the first version: of concurrent creators, the first one counts. */
  async function find(cluster: string): Promise<Uint8Array | undefined> {
    const doing = `reading the key of cluster ${cluster}`;
    const found = await call(doing, 'GET', `${getName(cluster)}/versions/1:access`, { expected: [404] });
    if (found === undefined) return undefined;
    const data = AccessResponse.safeParse(found).data?.payload.data;
    const key = data === undefined ? undefined : Buffer.from(data, 'base64');
    if (key?.length === 32) return key;
    throw new KeyringError(
      `${doing}: ${getSecretId(cluster)} contains no key`,
      'delete the cluster, then create it again',
    );
  }

  return {
    find,
    async getOrCreate(cluster) {
      const existing = await find(cluster);
      if (existing !== undefined) return existing;
      const doing = `creating the key of cluster ${cluster}`;
      await call(doing, 'POST', `projects/${project}/secrets?secretId=${getSecretId(cluster)}`, {
        body: { replication: { automatic: {} }, labels: { 'kthw-cluster': cluster } },
        expected: [409],
      });
      await call(doing, 'POST', `${getName(cluster)}:addVersion`, {
        body: { payload: { data: randomBytes(32).toString('base64') } },
        expected: [],
      });
      const created = await find(cluster);
      if (created !== undefined) return created;
      throw new StoreUnavailable(`${doing}: it was deleted concurrently; try again later`);
    },
    async exists(cluster) {
      const doing = `looking for the key of cluster ${cluster}`;
      return (await call(doing, 'GET', getName(cluster), { expected: [404] })) !== undefined;
    },
    async destroy(cluster) {
      await call(`destroying the key of cluster ${cluster}`, 'DELETE', getName(cluster), { expected: [404] });
    },
  };
}

function getSecretId(cluster: string): string {
  return `${clusterKeyPrefix}${cluster}`;
}
