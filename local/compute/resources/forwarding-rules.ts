import ipaddr from 'ipaddr.js';
import { refuse } from '../api/api-error.ts';
import { readLink } from '../api/links.ts';
import type { Base } from '../state/entity.ts';
import { fingerprint } from '../state/identity.ts';
import { type Address, reservedAs } from './addresses.ts';
import type { Kind, Site } from './resource-kind.ts';
import { setLabels } from './set-labels.ts';
import { type TargetPool, targetPools } from './target-pools.ts';

export interface ForwardingRule extends Base {
  readonly IPAddress: string;
  readonly IPProtocol: string;
  readonly loadBalancingScheme: string;
  readonly portRange: string;
  readonly target: string;
}

export const forwardingRules: Kind<ForwardingRule> = {
  service: 'ForwardingRules',
  collection: 'forwardingRules',
  message: 'ForwardingRule',
  scope: 'regional',
  insert(body, site) {
    if (body.target === undefined) throw refuse.required('resource.target');
    if ((body.IPProtocol ?? 'TCP') !== 'TCP') throw refuse.absentHere(`a forwarding rule for ${body.IPProtocol}`);
    if ((body.loadBalancingScheme ?? 'EXTERNAL') !== 'EXTERNAL')
      throw refuse.absentHere(`load balancing ${body.loadBalancingScheme}`);
    const target = readLink(body.target, 'targetPools', 'resource.target', site.project.id).link;
    const [first, last] = readPorts(body.portRange);
    const address = readAddress(body.IPAddress, site);
    const clash = site.project.of(forwardingRules).find(({ resource }) => {
      const [from, to] = readPorts(resource.portRange);
      return resource.IPAddress === address && from <= last && first <= to;
    });
    if (clash !== undefined) {
      throw refuse.field(
        'resource.IPAddress',
        address,
        'Specified IP address is in-use and would result in a conflict.',
      );
    }
    const resource = {
      networkTier: 'PREMIUM',
      ...body,
      IPAddress: address,
      IPProtocol: 'TCP',
      loadBalancingScheme: 'EXTERNAL',
      portRange: `${first}-${last}`,
      target,
      fingerprint: fingerprint([address, first, last, target]),
    };
    return { resource };
  },
  uses: (rule, project) => {
    const address = reservedAs(rule.IPAddress, regionOf(rule), project);
    return [rule.target, ...(address === undefined ? [] : [address.link])];
  },
  networks: (rule, project) => {
    const pool = project.find(rule.target);
    return pool === undefined ? [] : (targetPools.networks?.(pool.resource as TargetPool, project) ?? []);
  },
  quota: (rule) => [
    { metric: 'FORWARDING_RULES', amount: 1, region: '' },
    { metric: 'IN_USE_ADDRESSES', amount: 1, region: regionOf(rule) },
  ],
  verbs: { SetLabels: setLabels },
};

/** First and last port of a range; all of them where none is given. @throws ApiError 400 */
export function readPorts(range = '1-65535'): readonly [number, number] {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range);
  const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
  if (match === null || first < 1 || first > last || last > 65535) {
    throw refuse.field('resource.portRange', range, 'Must be a port or a range of ports such as 6443-6443.');
  }
  return [first, last];
}

/** The number of a reserved address, given by number, link or name; a new ephemeral one where none is given. */
function readAddress(given: string | undefined, site: Site): string {
  if (given === undefined || given === '') return site.world.allot();
  if (!ipaddr.isValid(given)) {
    const link = readLink(given, 'addresses', 'resource.IPAddress', site.project.id).link;
    return (site.project.ready(link).resource as Address).address;
  }
  if (reservedAs(given, site.region, site.project) !== undefined) return given;
  const why = 'Specified IP address is not allocated to the project or does not belong to the specified scope.';
  throw refuse.field('resource.IPAddress', given, why);
}

function regionOf({ selfLink }: Base): string {
  return /regions\/([^/]+)/.exec(selfLink)?.[1] ?? '';
}
