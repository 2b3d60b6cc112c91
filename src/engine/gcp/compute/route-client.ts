import type { protos } from '@google-cloud/compute';
import type { ComputeApi } from './compute-api.ts';
import type { ResourceClient, Route, RouteState } from './compute-client.ts';
import { buildLink, getLinkName } from './links.ts';
import { createResourceClient, getOperation } from './resource-client.ts';

type Raw = protos.google.cloud.compute.v1.IRoute;

/** Routes whose next hop is the internal IP address of an instance. */
export function createRouteClient(api: ComputeApi): ResourceClient<Route, Route & RouteState> {
  const { project } = api;
  const getClient = api.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/routes_client.js')).RoutesClient,
  );
  return createResourceClient(api, {
    kind: 'route',
    async get({ name }, options) {
      return (await (await getClient()).get({ project, route: name }, options))[0];
    },
    async insert(spec, requestId, options) {
      const request = { project, requestId, routeResource: toRequestBody(project, spec) };
      return getOperation(await (await getClient()).insert(request, options));
    },
    async delete({ name }, requestId, options) {
      return getOperation(await (await getClient()).delete({ project, requestId, route: name }, options));
    },
    async list(_, options) {
      return (await (await getClient()).list({ project }, options))[0];
    },
    toResource: toRoute,
  });
}

export function toRoute(raw: Raw): Route & RouteState {
  return {
    name: raw.name ?? '',
    network: getLinkName(raw.network),
    description: raw.description ?? '',
    destination: raw.destRange ?? '',
    nextHop: raw.nextHopIp ?? '',
    // Routes to a subnet, and the default internet route of a new network.
    automatic: Boolean(raw.nextHopNetwork) || (Boolean(raw.nextHopGateway) && /^default-route-/.test(raw.name ?? '')),
  };
}

function toRequestBody(project: string, { name, network, description, destination, nextHop }: Route): Raw {
  return {
    name,
    description,
    network: buildLink(project, 'networks', { name: network }),
    destRange: destination,
    nextHopIp: nextHop,
    priority: 1000,
  };
}
