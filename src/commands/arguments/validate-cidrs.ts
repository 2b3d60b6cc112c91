import { type CidrKey, findCidrOverlaps, parseCidr } from '../../engine/cluster/cidr.ts';
import { isWithinRanges } from '../../engine/cluster/is-within-ranges.ts';

interface ClusterCidrs extends Readonly<Record<CidrKey, string>> {
  readonly workers: number;
}

interface CidrProblem {
  readonly key: CidrKey;
  readonly message: string;
}

/** Allowed prefix lengths: `minPrefix` is the largest range. */
const prefixLimits = {
  subnet: { minPrefix: 16, maxPrefix: 26 },
  podCidr: { minPrefix: 8, maxPrefix: 24 },
  serviceCidr: { minPrefix: 12, maxPrefix: 27 },
} as const;
/**
 * RFC 1918, RFC 6598 and class E. Google also allows public addresses, but a cluster would hide them: among them are the
 * sources of Google's health checks. https://cloud.google.com/vpc/docs/subnets#valid-ranges
 */
const allowedRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '240.0.0.0/4'];
/** Broadcast of the local network. Google reserves it. */
const broadcastAddress = '255.255.255.255';
const cidrKeys = ['subnet', 'podCidr', 'serviceCidr'] as const;

/** Returns the problems of the cluster's IP ranges. Checks for overlaps only if each range is valid. */
export function validateCidrs(cidrs: ClusterCidrs): CidrProblem[] {
  const problems = cidrKeys.flatMap((key) => findCidrProblem(key, cidrs) ?? []);
  if (problems.length > 0) return problems;
  return findCidrOverlaps(cidrs).map(({ key, otherRange }) => ({ key, message: `overlaps \`${otherRange}\`` }));
}

function findCidrProblem(key: CidrKey, cidrs: ClusterCidrs): CidrProblem | undefined {
  const range = parseCidr(cidrs[key]);
  if (!range) return { key, message: 'not an IPv4 CIDR; use the form 10.240.0.0/24' };
  if (range.network !== cidrs[key]) return { key, message: `has host bits set; did you mean ${range.network}?` };
  if (!isWithinRanges(cidrs[key], allowedRanges))
    return { key, message: `not a private range; use a part of ${formatList(allowedRanges)}` };
  if (isWithinRanges(`${broadcastAddress}/32`, [cidrs[key]]))
    return { key, message: `must not contain ${broadcastAddress}` };
  const { minPrefix, maxPrefix } = prefixLimits[key];
  if (range.prefix < minPrefix) return { key, message: `too large; use a /${minPrefix} or smaller` };
  if (range.prefix > maxPrefix) return { key, message: `too small; use a /${maxPrefix} or larger` };
  const message = key === 'podCidr' ? findPodCidrProblem(cidrs) : undefined;
  return message === undefined ? undefined : { key, message };
}

function formatList(ranges: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(ranges);
}

/** @param cidrs with a valid pod CIDR */
export function findPodCidrProblem({
  podCidr,
  workers,
}: Pick<ClusterCidrs, 'podCidr' | 'workers'>): string | undefined {
  const prefix = parseCidr(podCidr)?.prefix ?? 0;
  return 2 ** (24 - prefix) < workers ? `too small: each of ${workers} worker nodes needs a /24` : undefined;
}
