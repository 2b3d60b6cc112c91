import { ApiError, apiErrors } from '../api/api-error.ts';
import { getLastSegment } from '../api/links.ts';
import type { ResourceBase } from '../state/entity.ts';
import { buildNetworkSpec } from '../state/network-spec.ts';
import type { InsertContext, ResourceKind } from './resource-kind.ts';
import { buildAutomaticRoute } from './routes.ts';
import { subnetworks } from './subnetworks.ts';

export interface Network extends ResourceBase {
  readonly autoCreateSubnetworks: boolean;
}

export const networks: ResourceKind<Network> = {
  service: 'Networks',
  collection: 'networks',
  message: 'Network',
  scope: 'global',
  draftResource(body, context) {
    if (body.autoCreateSubnetworks !== false) throw apiErrors.notImplemented('A network with automatic subnets');
    assertUniqueName(context, networks);
    const resource = {
      routingConfig: { routingMode: 'REGIONAL' },
      networkFirewallPolicyEnforcementOrder: 'AFTER_CLASSIC_FIREWALL',
      ...body,
      autoCreateSubnetworks: false,
      selfLinkWithId: context.link,
    };
    const internetRoute = {
      destRange: '0.0.0.0/0',
      nextHopGateway: `${context.link.replace(/networks\/[^/]+$/, '')}gateways/default-internet-gateway`,
      priority: 1000,
    };
    return { resource, relatedResources: [buildAutomaticRoute(context.link, context.link, internetRoute)] };
  },
  computeFields: (resource, project) => {
    const networkSubnetworks = project
      .listByKind(subnetworks)
      .filter((entity) => entity.state !== 'pending' && entity.resource.network === resource.selfLink);
    return networkSubnetworks.length === 0 ? {} : { subnetworks: networkSubnetworks.map(({ link }) => link) };
  },
  computeQuotaUsage: () => [{ metric: 'NETWORKS', amount: 1, region: '' }],
  async create(entity, cloud, project) {
    await cloud.machines.applyNetwork(buildNetworkSpec(project, entity.link));
  },
  destroy: (entity, cloud) => cloud.removeNetwork(entity.link),
};

/**
 * The backend identifies instances and networks by name only, without project and zone.
 * @throws ApiError when the name is in use
 */
export function assertUniqueName(context: InsertContext, kind: ResourceKind): void {
  const others = context.cloud.projects.flatMap((project) => project.listByKind(kind));
  const other = others.find(({ link }) => getLastSegment(link) === context.name);
  if (other === undefined) return;
  throw new ApiError(
    400,
    'invalid',
    `Names in ${kind.collection} must be unique in the Compute Engine emulator; '${context.name}' is used by '${other.link}'.`,
  );
}
