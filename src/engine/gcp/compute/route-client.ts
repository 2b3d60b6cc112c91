import type { protos } from '@google-cloud/compute';
import type { Api } from './compute-api.ts';
import type { Resource, Route, RouteFound } from './compute-client.ts';
import { linkTo, nameIn } from './links.ts';
import { resourceOf, startedOperation } from './resource-client.ts';

type Raw = protos.google.cloud.compute.v1.IRoute;

/** Routes to a machine by its internal address. */
export function routes(api: Api): Resource<Route, Route & RouteFound> {
  const { project } = api;
  const client = api.client(
    async () => (await import('@google-cloud/compute/build/src/v1/routes_client.js')).RoutesClient,
  );
  return resourceOf(api, {
    kind: 'route',
    async get({ name }, options) {
      return (await (await client()).get({ project, route: name }, options))[0];
    },
    async insert(spec, requestId, options) {
      const request = { project, requestId, routeResource: bodyOf(project, spec) };
      return startedOperation(await (await client()).insert(request, options));
    },
    async delete({ name }, requestId, options) {
      return startedOperation(await (await client()).delete({ project, requestId, route: name }, options));
    },
    async list(_, options) {
      return (await (await client()).list({ project }, options))[0];
    },
    found: routeFrom,
  });
}

export function routeFrom(raw: Raw): Route & RouteFound {
  return {
    name: raw.name ?? '',
    network: nameIn(raw.network),
    description: raw.description ?? '',
    destination: raw.destRange ?? '',
    nextHop: raw.nextHopIp ?? '',
    // To a subnet, or out of a network as it was made.
    automatic: Boolean(raw.nextHopNetwork) || (Boolean(raw.nextHopGateway) && /^default-route-/.test(raw.name ?? '')),
  };
}

function bodyOf(project: string, { name, network, description, destination, nextHop }: Route): Raw {
  return {
    name,
    description,
    network: linkTo(project, 'networks', { name: network }),
    destRange: destination,
    nextHopIp: nextHop,
    priority: 1000,
  };
}
