import type { CallOptions, ComputeApi } from './compute-api.ts';
import type { HealthCheck, ResourceClient } from './compute-client.ts';
import type { Operation } from './operation.ts';
import { createResourceClient } from './resource-client.ts';

/** Subset of the API's HttpHealthCheck. */
interface Raw {
  readonly name?: string;
  readonly description?: string;
  readonly host?: string;
  readonly requestPath?: string;
  readonly port?: number;
  readonly checkIntervalSec?: number;
  readonly timeoutSec?: number;
  readonly healthyThreshold?: number;
}

interface ListResponse {
  readonly items?: readonly Raw[];
  readonly nextPageToken?: string;
}

/**
 * Legacy HTTP health checks. `@google-cloud/compute` has no client for them, so this sends REST requests with the same
 * credentials. https://docs.cloud.google.com/compute/docs/reference/rest/v1/httpHealthChecks
 */
export function createHealthCheckClient(api: ComputeApi): ResourceClient<HealthCheck> {
  async function send<T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    options: CallOptions,
    data?: object,
  ): Promise<T> {
    const auth = await api.auth();
    const { signal, timeout } = options;
    const url = api.buildUrl(`global/httpHealthChecks${path}`);
    return (await auth.request<T>({ url, method, signal, timeout, retry: false, ...(data ? { data } : {}) })).data;
  }
  async function listAll(options: CallOptions): Promise<Raw[]> {
    const found: Raw[] = [];
    for (let page = ''; ; ) {
      const query = page === '' ? '' : `?pageToken=${encodeURIComponent(page)}`;
      const { items = [], nextPageToken = '' } = await send<ListResponse>('GET', query, options);
      found.push(...items);
      if (nextPageToken === '') return found;
      page = nextPageToken;
    }
  }
  return createResourceClient(api, {
    kind: 'health check',
    get: ({ name }, options) => send<Raw>('GET', `/${name}`, options),
    insert: (spec, request, options) => send<Operation>('POST', `?requestId=${request}`, options, toRequestBody(spec)),
    delete: ({ name }, request, options) => send<Operation>('DELETE', `/${name}?requestId=${request}`, options),
    list: (_, options) => listAll(options),
    toResource: toHealthCheck,
  });
}

/** The defaults are those of the API. */
export function toHealthCheck({
  name = '',
  description = '',
  host = '',
  requestPath = '/',
  port = 80,
  checkIntervalSec = 5,
  timeoutSec = 5,
  healthyThreshold = 2,
}: Raw): HealthCheck {
  return { name, description, host, path: requestPath, port, checkIntervalSec, timeoutSec, healthyThreshold };
}

function toRequestBody({ path, ...rest }: HealthCheck): Raw {
  return { ...rest, requestPath: path };
}
