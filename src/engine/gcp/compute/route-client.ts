import type { protos } from '@google-cloud/compute';
import type { ComputeApi } from './compute-api.ts';
import type { ResourceClient, Route, RouteState } from './compute-client.ts';
import { createGoogleResourceClient } from './google-resource-client.ts';
import { buildLink, getLinkName } from './links.ts';

type Raw = protos.google.cloud.compute.v1.IRoute;

/** Routes whose next hop is the internal IP address of an instance. */
export function createRouteClient(api: ComputeApi): ResourceClient<Route, Route & RouteState> {
  const getClient = api.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/routes_client.js')).RoutesClient,
  );
  return createGoogleResourceClient(api, getClient, {
    kind: 'route',
    field: 'route',
    scope: 'global',
    toRequestBody,
    toResource: toRoute,
  });
}

function toRoute(raw: Raw): Route & RouteState {
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

function toRequestBody({ name, network, description, destination, nextHop }: Route, project: string): Raw {
  return {
    name,
    description,
    network: buildLink(project, 'networks', { name: network }),
    destRange: destination,
    nextHopIp: nextHop,
    priority: 1000,
  };
}
