import { refuse } from '../api/api-error.ts';
import { lastOf, readLink } from '../api/links.ts';
import type { Base } from '../state/entity.ts';
import { fingerprint } from '../state/identity.ts';
import { hostAt, overlap, readRange } from './ranges.ts';
import type { Kind } from './resource-kind.ts';
import { automaticRoute } from './routes.ts';

export interface Subnetwork extends Base {
  readonly network: string;
  readonly ipCidrRange: string;
  readonly gatewayAddress: string;
}

export const subnetworks: Kind<Subnetwork> = {
  service: 'Subnetworks',
  collection: 'subnetworks',
  message: 'Subnetwork',
  scope: 'regional',
  insert(body, site) {
    if (body.network === undefined) throw refuse.required('resource.network');
    if (body.ipCidrRange === undefined) throw refuse.required('resource.ipCidrRange');
    const network = readLink(body.network, 'networks', 'resource.network', site.project.id).link;
    site.project.ready(network);
    const range = readRange(body.ipCidrRange, 'resource.ipCidrRange');
    const other = site.project
      .of(subnetworks)
      .find(({ resource }) => resource.network === network && overlap(resource.ipCidrRange, range));
    if (other !== undefined) {
      const why = `Invalid IPCidrRange: ${range} conflicts with existing subnetwork '${lastOf(other.link)}' in region '${lastOf(other.scope)}'.`;
      throw refuse.field('resource.ipCidrRange', range, why);
    }
    const resource = {
      privateIpGoogleAccess: false,
      privateIpv6GoogleAccess: 'DISABLE_GOOGLE_ACCESS',
      purpose: 'PRIVATE',
      stackType: 'IPV4_ONLY',
      ...body,
      network,
      ipCidrRange: range,
      gatewayAddress: hostAt(range, 1),
      fingerprint: fingerprint([network, range]),
    };
    return {
      resource,
      parts: [automaticRoute(network, site.link, { destRange: range, nextHopNetwork: network, priority: 0 })],
    };
  },
  uses: ({ network }) => [network],
  networks: ({ network }) => [network],
  quota: () => [{ metric: 'SUBNETWORKS', amount: 1, region: '' }],
};
