import { apiErrors } from '../api/api-error.ts';
import type { ResourceBase } from '../state/entity.ts';
import type { ResourceKind } from './resource-kind.ts';
import { targetPools } from './target-pools.ts';

export interface HttpHealthCheck extends ResourceBase {
  readonly host: string;
  readonly requestPath: string;
  readonly port: number;
  readonly checkIntervalSec: number;
  readonly timeoutSec: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

/** The legacy health check, the only type that target pools support. */
export const httpHealthChecks: ResourceKind<HttpHealthCheck> = {
  service: 'HttpHealthChecks',
  collection: 'httpHealthChecks',
  message: 'HttpHealthCheck',
  scope: 'global',
  patchable: true,
  draftResource(body) {
    const resource = {
      host: '',
      requestPath: '/',
      port: 80,
      checkIntervalSec: 5,
      timeoutSec: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      ...body,
    };
    if (resource.port < 1 || resource.port > 65535)
      throw apiErrors.invalidField('resource.port', resource.port, 'Must be between 1 and 65535.');
    if (!resource.requestPath.startsWith('/'))
      throw apiErrors.invalidField('resource.requestPath', resource.requestPath, 'Must begin with /.');
    if (resource.timeoutSec > resource.checkIntervalSec) {
      throw apiErrors.invalidField(
        'resource.timeoutSec',
        resource.timeoutSec,
        'Must not be greater than checkIntervalSec.',
      );
    }
    return { resource };
  },
  listNetworks: (resource, project) =>
    project
      .listByKind(targetPools)
      .filter((pool) => pool.resource.healthChecks?.includes(resource.selfLink))
      .flatMap((pool) => targetPools.listNetworks?.(pool.resource, project) ?? []),
  computeQuotaUsage: () => [{ metric: 'HEALTH_CHECKS', amount: 1, region: '' }],
};
