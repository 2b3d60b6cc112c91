import { type CidrKey, findCidrOverlaps, parseCidr } from '../../engine/cluster/cidr.ts';

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
  const { minPrefix, maxPrefix } = prefixLimits[key];
  if (range.prefix < minPrefix) return { key, message: `too large; use a /${minPrefix} or smaller` };
  if (range.prefix > maxPrefix) return { key, message: `too small; use a /${maxPrefix} or larger` };
  if (key === 'podCidr' && 2 ** (24 - range.prefix) < cidrs.workers)
    return { key, message: `too small: each of ${cidrs.workers} worker nodes needs a /24` };
  return undefined;
}
