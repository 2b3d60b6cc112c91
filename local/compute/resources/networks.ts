import { ApiError, apiErrors } from '../api/api-error.ts';
import { getLastSegment, parseLink, toResourcePath } from '../api/links.ts';
import type { Entity, ResourceBase } from '../state/entity.ts';
import { buildNetworkSpec } from '../state/network-spec.ts';
import type { CustomMethod, InsertContext, ResourceKind } from './resource-kind.ts';
import { buildAutomaticRoute } from './routes.ts';
import { subnetworks } from './subnetworks.ts';
import { startChange } from './write-methods.ts';

interface Peering {
  readonly name: string;
  readonly network: string;
  readonly state: 'ACTIVE' | 'INACTIVE';
}

export interface Network extends ResourceBase {
  readonly autoCreateSubnetworks: boolean;
  readonly peerings?: readonly Peering[];
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
  /** A network can't be deleted while it has a peering. */
  checkDeletable({ selfLink, peerings: [peering] = [] }) {
    if (peering) throw apiErrors.inUse('network', toResourcePath(selfLink), toResourcePath(peering.network));
  },
  customMethods: {
    AddPeering: (call, network) => {
      const { networkPeering: { name = '', network: peerLink } = {} } = call.body as {
        networkPeering?: Partial<Peering>;
      };
      if (name === '') throw apiErrors.requiredField('networkPeering.name');
      const peer = parseLink(peerLink, 'networks', 'networkPeering.network', call.project.id).link;
      call.project.getReady(peer);
      if (listPeerings(network).some((each) => each.name === name))
        throw apiErrors.alreadyExists(`${toResourcePath(network.link)}/peerings/${name}`);
      // Active once both networks have a peering with each other. The emulator routes no packets between them.
      return startChange(call, network, 'addPeering', () => {
        const peering: Peering = { name, network: peer, state: 'INACTIVE' };
        network.resource = { ...network.resource, peerings: [...listPeerings(network), peering] };
      });
    },
    RemovePeering: (call, network) => {
      const { name = '' } = call.body as { name?: string };
      if (!listPeerings(network).some((each) => each.name === name))
        throw apiErrors.notFound(`${toResourcePath(network.link)}/peerings/${name}`);
      return startChange(call, network, 'removePeering', () => {
        const { peerings: _, ...rest } = network.resource;
        const remaining = listPeerings(network).filter((each) => each.name !== name);
        network.resource = { ...rest, ...(remaining.length === 0 ? {} : { peerings: remaining }) };
      });
    },
  } satisfies Record<string, CustomMethod<Network>>,
  computeQuotaUsage: () => [{ metric: 'NETWORKS', amount: 1, region: '' }],
  async create(entity, cloud, project) {
    await cloud.machines.applyNetwork(buildNetworkSpec(project, entity.link));
  },
  destroy: (entity, cloud) => cloud.removeNetwork(entity.link),
};

function listPeerings({ resource }: Entity<Network>): readonly Peering[] {
  return resource.peerings ?? [];
}

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
