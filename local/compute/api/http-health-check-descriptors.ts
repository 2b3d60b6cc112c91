import type { Method, RawType } from './descriptors.ts';

const string = { type: 'string' };
const int32 = { type: 'int32' };

/** The legacy HttpHealthCheck of the REST reference of Compute Engine v1; Google's client has no service for it. */
export const httpHealthCheckMessages: Readonly<Record<string, RawType>> = {
  HttpHealthCheck: {
    fields: {
      kind: string,
      id: { type: 'uint64' },
      creationTimestamp: string,
      name: string,
      description: string,
      host: string,
      requestPath: string,
      port: int32,
      checkIntervalSec: int32,
      timeoutSec: int32,
      unhealthyThreshold: int32,
      healthyThreshold: int32,
      selfLink: string,
    },
  },
};

const collection = '/compute/v1/projects/{project}/global/httpHealthChecks';
const one = `${collection}/{http_health_check}`;

export const httpHealthCheckMethods: readonly Method[] = [
  method('List', 'GET', collection, undefined, {
    filter: 'string',
    maxResults: 'uint32',
    orderBy: 'string',
    pageToken: 'string',
  }),
  method('Get', 'GET', one, undefined, {}),
  method('Insert', 'POST', collection, 'HttpHealthCheck', { requestId: 'string' }),
  method('Patch', 'PATCH', one, 'HttpHealthCheck', { requestId: 'string' }),
  method('Delete', 'DELETE', one, undefined, { requestId: 'string' }),
];

function method(name: string, verb: string, template: string, body: string | undefined, query: Method['query']) {
  return {
    id: `HttpHealthChecks.${name}`,
    verb,
    template,
    segments: template.split('/').filter(Boolean),
    body,
    query,
  } satisfies Method;
}
