import type { MethodDescriptor, RawTypeDescriptor } from './descriptors.ts';

const string = { type: 'string' };
const int32 = { type: 'int32' };

/**
 * The legacy HttpHealthCheck of the Compute Engine v1 REST reference; Google's client library has no service for it.
 */
export const httpHealthCheckMessages: Readonly<Record<string, RawTypeDescriptor>> = {
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

const collectionPath = '/compute/v1/projects/{project}/global/httpHealthChecks';
const resourcePath = `${collectionPath}/{http_health_check}`;

export const httpHealthCheckMethods: readonly MethodDescriptor[] = [
  createMethod('List', 'GET', collectionPath, undefined, {
    filter: 'string',
    maxResults: 'uint32',
    orderBy: 'string',
    pageToken: 'string',
  }),
  createMethod('Get', 'GET', resourcePath, undefined, {}),
  createMethod('Insert', 'POST', collectionPath, 'HttpHealthCheck', { requestId: 'string' }),
  createMethod('Patch', 'PATCH', resourcePath, 'HttpHealthCheck', { requestId: 'string' }),
  createMethod('Delete', 'DELETE', resourcePath, undefined, { requestId: 'string' }),
];

function createMethod(
  name: string,
  verb: string,
  template: string,
  body: string | undefined,
  query: MethodDescriptor['query'],
) {
  return {
    id: `HttpHealthChecks.${name}`,
    verb,
    template,
    segments: template.split('/').filter(Boolean),
    body,
    query,
  } satisfies MethodDescriptor;
}
