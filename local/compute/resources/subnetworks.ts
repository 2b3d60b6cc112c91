import { apiErrors } from '../api/api-error.ts';
import { getLastSegment, parseLink } from '../api/links.ts';
import type { ResourceBase } from '../state/entity.ts';
import { computeFingerprint } from '../state/identity.ts';
import { getAddressAt, isOverlapping, parseRange } from './ranges.ts';
import type { ResourceKind } from './resource-kind.ts';
import { buildAutomaticRoute } from './routes.ts';

export interface Subnetwork extends ResourceBase {
  readonly network: string;
  readonly ipCidrRange: string;
  readonly gatewayAddress: string;
}

export const subnetworks: ResourceKind<Subnetwork> = {
  service: 'Subnetworks',
  collection: 'subnetworks',
  message: 'Subnetwork',
  scope: 'regional',
  draftResource(body, context) {
    if (body.network === undefined) throw apiErrors.requiredField('resource.network');
    if (body.ipCidrRange === undefined) throw apiErrors.requiredField('resource.ipCidrRange');
    const network = parseLink(body.network, 'networks', 'resource.network', context.project.id).link;
    context.project.getReady(network);
    const range = parseRange(body.ipCidrRange, 'resource.ipCidrRange');
    const other = context.project
      .listByKind(subnetworks)
      .find(({ resource }) => resource.network === network && isOverlapping(resource.ipCidrRange, range));
    if (other !== undefined) {
      const reason = `Invalid IPCidrRange: ${range} conflicts with existing subnetwork '${getLastSegment(other.link)}' in region '${getLastSegment(other.scope)}'.`;
      throw apiErrors.invalidField('resource.ipCidrRange', range, reason);
    }
    const resource = {
      privateIpGoogleAccess: false,
      privateIpv6GoogleAccess: 'DISABLE_GOOGLE_ACCESS',
      purpose: 'PRIVATE',
      stackType: 'IPV4_ONLY',
      ...body,
      network,
      ipCidrRange: range,
      gatewayAddress: getAddressAt(range, 1),
      fingerprint: computeFingerprint([network, range]),
    };
    return {
      resource,
      relatedResources: [
        buildAutomaticRoute(network, context.link, { destRange: range, nextHopNetwork: network, priority: 0 }),
      ],
    };
  },
  listDependencies: ({ network }) => [network],
  listNetworks: ({ network }) => [network],
  computeQuotaUsage: () => [{ metric: 'SUBNETWORKS', amount: 1, region: '' }],
};
