import ipaddr from 'ipaddr.js';
import { apiErrors } from '../api/api-error.ts';
import { parseLink } from '../api/links.ts';
import type { ResourceBase } from '../state/entity.ts';
import { computeFingerprint } from '../state/identity.ts';
import { type Address, findReservedAddress } from './addresses.ts';
import type { InsertContext, ResourceKind } from './resource-kind.ts';
import { setLabels } from './set-labels.ts';
import { type TargetPool, targetPools } from './target-pools.ts';

export interface ForwardingRule extends ResourceBase {
  readonly IPAddress: string;
  readonly IPProtocol: string;
  readonly loadBalancingScheme: string;
  readonly portRange: string;
  readonly target: string;
}

export const forwardingRules: ResourceKind<ForwardingRule> = {
  service: 'ForwardingRules',
  collection: 'forwardingRules',
  message: 'ForwardingRule',
  scope: 'regional',
  draftResource(body, context) {
    if (body.target === undefined) throw apiErrors.requiredField('resource.target');
    if ((body.IPProtocol ?? 'TCP') !== 'TCP')
      throw apiErrors.notImplemented(`A forwarding rule for ${body.IPProtocol}`);
    if ((body.loadBalancingScheme ?? 'EXTERNAL') !== 'EXTERNAL')
      throw apiErrors.notImplemented(`The load balancing scheme ${body.loadBalancingScheme}`);
    const target = parseLink(body.target, 'targetPools', 'resource.target', context.project.id).link;
    const [first, last] = parsePorts(body.portRange);
    const address = resolveAddress(body.IPAddress, context);
    const conflict = context.project.listByKind(forwardingRules).find(({ resource }) => {
      const [from, to] = parsePorts(resource.portRange);
      return resource.IPAddress === address && from <= last && first <= to;
    });
    if (conflict !== undefined) {
      throw apiErrors.invalidField(
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
      fingerprint: computeFingerprint([address, first, last, target]),
    };
    return { resource };
  },
  listDependencies: (rule, project) => {
    const address = findReservedAddress(rule.IPAddress, parseRegion(rule), project);
    return [rule.target, ...(address === undefined ? [] : [address.link])];
  },
  listNetworks: (rule, project) => {
    const pool = project.find(rule.target);
    return pool === undefined ? [] : (targetPools.listNetworks?.(pool.resource as TargetPool, project) ?? []);
  },
  computeQuotaUsage: (rule) => [
    { metric: 'FORWARDING_RULES', amount: 1, region: '' },
    { metric: 'IN_USE_ADDRESSES', amount: 1, region: parseRegion(rule) },
  ],
  customMethods: { SetLabels: setLabels },
};

/** First and last port of a range; all ports if absent. @throws ApiError 400 */
export function parsePorts(range = '1-65535'): readonly [number, number] {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range);
  const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
  if (match === null || first < 1 || first > last || last > 65535) {
    throw apiErrors.invalidField('resource.portRange', range, 'Must be a port or a range of ports such as 6443-6443.');
  }
  return [first, last];
}

/** Resolves a reserved address by IP, link or name; allocates an ephemeral one if absent. */
function resolveAddress(given: string | undefined, context: InsertContext): string {
  if (given === undefined || given === '') return context.cloud.allocateAddress();
  if (!ipaddr.isValid(given)) {
    const link = parseLink(given, 'addresses', 'resource.IPAddress', context.project.id).link;
    return (context.project.getReady(link).resource as Address).address;
  }
  if (findReservedAddress(given, context.region, context.project) !== undefined) return given;
  const reason = 'Specified IP address is not allocated to the project or does not belong to the specified scope.';
  throw apiErrors.invalidField('resource.IPAddress', given, reason);
}

function parseRegion({ selfLink }: ResourceBase): string {
  return /regions\/([^/]+)/.exec(selfLink)?.[1] ?? '';
}
