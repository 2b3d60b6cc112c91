import { randomBytes } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { ApiError, refuse } from '../api/api-error.ts';
import { readLink } from '../api/links.ts';
import type { Base } from '../state/entity.ts';
import { readRange } from './ranges.ts';
import type { Kind, Part } from './resource-kind.ts';

export interface Route extends Base {
  readonly network: string;
  readonly destRange: string;
  readonly priority: number;
  readonly nextHopIp?: string;
  readonly nextHopInstance?: string;
  readonly nextHopGateway?: string;
  readonly nextHopNetwork?: string;
}

const hops = ['nextHopIp', 'nextHopInstance', 'nextHopGateway'] as const;

export const routes: Kind<Route> = {
  service: 'Routes',
  collection: 'routes',
  message: 'Route',
  scope: 'global',
  insert(body, site) {
    if (body.network === undefined) throw refuse.required('resource.network');
    if (body.destRange === undefined) throw refuse.required('resource.destRange');
    if (hops.filter((hop) => body[hop] !== undefined).length !== 1) {
      throw new ApiError(
        400,
        'invalid',
        'Exactly one next hop must be specified, of nextHopIp, nextHopInstance, nextHopGateway.',
      );
    }
    if (body.nextHopIp !== undefined && !ipaddr.IPv4.isValidFourPartDecimal(body.nextHopIp)) {
      throw refuse.field('resource.nextHopIp', body.nextHopIp, 'Must be an IPv4 address.');
    }
    const priority = body.priority ?? 1000;
    if (priority < 0 || priority > 65535)
      throw refuse.field('resource.priority', priority, 'Must be between 0 and 65535.');
    const instance = body.nextHopInstance;
    const resource = {
      ...body,
      network: readLink(body.network, 'networks', 'resource.network', site.project.id).link,
      destRange: readRange(body.destRange, 'resource.destRange'),
      priority,
      routeType: 'STATIC',
      ...(instance === undefined
        ? {}
        : { nextHopInstance: readLink(instance, 'instances', 'resource.nextHopInstance', site.project.id).link }),
    };
    if (instance !== undefined) site.project.ready(resource.nextHopInstance ?? '');
    return { resource };
  },
  uses: ({ network }) => [network],
  networks: ({ network }) => [network],
  quota: () => [{ metric: 'ROUTES', amount: 1, region: '' }],
  mayDelete(route) {
    if (route.nextHopNetwork === undefined) return;
    throw new ApiError(400, 'badRequest', 'The local route cannot be deleted: it goes with its subnetwork.');
  },
};

/** A route that Google makes by itself, and takes away with `owner`. */
export function automaticRoute(network: string, owner: string, hop: Partial<Route>): Part {
  const toInternet = owner === network;
  return {
    kind: routes,
    scope: 'global',
    name: `default-route-${toInternet ? '' : 'r-'}${randomBytes(8).toString('hex')}`,
    resource: {
      network,
      description: toInternet
        ? 'Default route to the Internet.'
        : `Default local route to the subnetwork ${hop.destRange}.`,
      ...hop,
    },
    owned: true,
  };
}
