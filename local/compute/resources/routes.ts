import { randomBytes } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { ApiError, apiErrors } from '../api/api-error.ts';
import { parseLink } from '../api/links.ts';
import type { ResourceBase } from '../state/entity.ts';
import { parseRange } from './ranges.ts';
import type { RelatedResource, ResourceKind } from './resource-kind.ts';

export interface Route extends ResourceBase {
  readonly network: string;
  readonly destRange: string;
  readonly priority: number;
  readonly nextHopIp?: string;
  readonly nextHopInstance?: string;
  readonly nextHopGateway?: string;
  readonly nextHopNetwork?: string;
}

const nextHopFields = ['nextHopIp', 'nextHopInstance', 'nextHopGateway'] as const;

export const routes: ResourceKind<Route> = {
  service: 'Routes',
  collection: 'routes',
  message: 'Route',
  scope: 'global',
  draftResource(body, context) {
    if (body.network === undefined) throw apiErrors.requiredField('resource.network');
    if (body.destRange === undefined) throw apiErrors.requiredField('resource.destRange');
    if (nextHopFields.filter((hop) => body[hop] !== undefined).length !== 1) {
      throw new ApiError(
        400,
        'invalid',
        'Exactly one next hop must be specified, of nextHopIp, nextHopInstance, nextHopGateway.',
      );
    }
    if (body.nextHopIp !== undefined && !ipaddr.IPv4.isValidFourPartDecimal(body.nextHopIp)) {
      throw apiErrors.invalidField('resource.nextHopIp', body.nextHopIp, 'Must be an IPv4 address.');
    }
    const priority = body.priority ?? 1000;
    if (priority < 0 || priority > 65535)
      throw apiErrors.invalidField('resource.priority', priority, 'Must be between 0 and 65535.');
    const instance = body.nextHopInstance;
    const resource = {
      ...body,
      network: parseLink(body.network, 'networks', 'resource.network', context.project.id).link,
      destRange: parseRange(body.destRange, 'resource.destRange'),
      priority,
      routeType: 'STATIC',
      ...(instance === undefined
        ? {}
        : { nextHopInstance: parseLink(instance, 'instances', 'resource.nextHopInstance', context.project.id).link }),
    };
    if (instance !== undefined) context.project.getReady(resource.nextHopInstance ?? '');
    return { resource };
  },
  listDependencies: ({ network }) => [network],
  listNetworks: ({ network }) => [network],
  computeQuotaUsage: () => [{ metric: 'ROUTES', amount: 1, region: '' }],
  checkDeletable(route) {
    if (route.nextHopNetwork === undefined) return;
    throw new ApiError(400, 'badRequest', 'The local route cannot be deleted; it is deleted with its subnetwork.');
  },
};

/** A route that Google creates automatically and deletes with `owner`. */
export function buildAutomaticRoute(network: string, owner: string, fields: Partial<Route>): RelatedResource {
  const isInternetRoute = owner === network;
  return {
    kind: routes,
    scope: 'global',
    name: `default-route-${isInternetRoute ? '' : 'r-'}${randomBytes(8).toString('hex')}`,
    resource: {
      network,
      description: isInternetRoute
        ? 'Default route to the Internet.'
        : `Default local route to the subnetwork ${fields.destRange}.`,
      ...fields,
    },
    autoDelete: true,
  };
}
