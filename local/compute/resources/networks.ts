import { ApiError, refuse } from '../api/api-error.ts';
import { lastOf } from '../api/links.ts';
import type { Base } from '../state/entity.ts';
import { networkPlan } from '../state/network-spec.ts';
import type { Kind, Site } from './resource-kind.ts';
import { automaticRoute } from './routes.ts';
import { subnetworks } from './subnetworks.ts';

export interface Network extends Base {
  readonly autoCreateSubnetworks: boolean;
}

export const networks: Kind<Network> = {
  service: 'Networks',
  collection: 'networks',
  message: 'Network',
  scope: 'global',
  insert(body, site) {
    if (body.autoCreateSubnetworks !== false) throw refuse.absentHere('a network other than of mode custom');
    onlyOne(site, networks);
    const resource = {
      routingConfig: { routingMode: 'REGIONAL' },
      networkFirewallPolicyEnforcementOrder: 'AFTER_CLASSIC_FIREWALL',
      ...body,
      autoCreateSubnetworks: false,
      selfLinkWithId: site.link,
    };
    const toInternet = {
      destRange: '0.0.0.0/0',
      nextHopGateway: `${site.link.replace(/networks\/[^/]+$/, '')}gateways/default-internet-gateway`,
      priority: 1000,
    };
    return { resource, parts: [automaticRoute(site.link, site.link, toInternet)] };
  },
  view: (resource, project) => {
    const own = project
      .of(subnetworks)
      .filter((entity) => entity.state !== 'pending' && entity.resource.network === resource.selfLink);
    return own.length === 0 ? {} : { subnetworks: own.map(({ link }) => link) };
  },
  quota: () => [{ metric: 'NETWORKS', amount: 1, region: '' }],
  async create(entity, world, project) {
    await world.machines.shapeNetwork(networkPlan(project, entity.link));
  },
  destroy: (entity, world) => world.unshape(entity.link),
};

/**
 * Behind the API machines and networks go by name alone, whatever their project and zone.
 * @throws ApiError when another one has the name
 */
export function onlyOne(site: Site, kind: Kind): void {
  const others = site.world.projects.flatMap((project) => project.of(kind));
  const other = others.find(({ link }) => lastOf(link) === site.name);
  if (other === undefined) return;
  throw new ApiError(
    400,
    'invalid',
    `The local cloud has one of ${kind.collection} by a name, and '${site.name}' is taken by '${other.link}'.`,
  );
}
