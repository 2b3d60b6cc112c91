import ipaddr from 'ipaddr.js';

/** An IPv4 range: first address as a number, and length of its prefix. */
interface Ipv4Range {
  readonly start: number;
  readonly prefix: number;
}

export interface ClusterCidrs {
  readonly subnet: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly workers: number;
}

export interface CidrProblem {
  readonly key: 'subnet' | 'podCidr' | 'serviceCidr';
  readonly message: string;
}

/** Sizes of the ranges as prefix lengths: `widest` is the biggest range, `narrowest` the smallest. */
const prefixLimits = {
  subnet: { minPrefix: 16, maxPrefix: 26 },
  podCidr: { minPrefix: 8, maxPrefix: 24 },
  serviceCidr: { minPrefix: 12, maxPrefix: 27 },
} as const;
const cidrKeys = ['subnet', 'podCidr', 'serviceCidr'] as const;
const flagNames = { subnet: '--subnet', podCidr: '--pod-cidr', serviceCidr: '--service-cidr' } as const;

/** What is wrong with the ranges of a cluster. Pure. */
export function validateCidrs(cidrs: ClusterCidrs): CidrProblem[] {
  const problems = cidrKeys.flatMap((key) => validateCidr(key, cidrs));
  if (problems.length > 0) return problems;
  return [
    ['subnet', 'podCidr'],
    ['subnet', 'serviceCidr'],
    ['podCidr', 'serviceCidr'],
  ].flatMap(([a, b]) => checkOverlap(a as CidrProblem['key'], b as CidrProblem['key'], cidrs));
}

function validateCidr(key: CidrProblem['key'], cidrs: ClusterCidrs): CidrProblem[] {
  const range = parseCidr(cidrs[key]);
  if (!range) return [{ key, message: 'not an IPv4 range; write it like 10.240.0.0/24' }];
  const size = 2 ** (32 - range.prefix);
  if (range.start % size !== 0) {
    return [
      {
        key,
        message: `has bits beyond its length; did you mean ${formatCidr({ ...range, start: range.start - (range.start % size) })}?`,
      },
    ];
  }
  const { minPrefix, maxPrefix } = prefixLimits[key];
  if (range.prefix < minPrefix) return [{ key, message: `too big, at most a /${minPrefix}` }];
  if (range.prefix > maxPrefix) return [{ key, message: `too small, at least a /${maxPrefix}` }];
  if (key === 'podCidr' && size < cidrs.workers * 256) {
    return [{ key, message: `too small: each of ${cidrs.workers} workers needs a /24 of it` }];
  }
  return [];
}

function checkOverlap(a: CidrProblem['key'], b: CidrProblem['key'], cidrs: ClusterCidrs): CidrProblem[] {
  const [one, other] = [parseCidr(cidrs[a]), parseCidr(cidrs[b])];
  if (!one || !other) return [];
  const isDisjoint =
    one.start + 2 ** (32 - one.prefix) <= other.start || other.start + 2 ** (32 - other.prefix) <= one.start;
  return isDisjoint ? [] : [{ key: b, message: `overlaps \`${flagNames[a]} ${cidrs[a]}\`` }];
}

function parseCidr(cidr: string): Ipv4Range | undefined {
  // Four decimal parts: the library would also take "10.1/16", and "010" as octal.
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){3}\/\d{1,2}$/.test(cidr) || !ipaddr.IPv4.isValidCIDR(cidr)) return undefined;
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  return { start: address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0), prefix };
}

function formatCidr({ start, prefix }: Ipv4Range): string {
  return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.')}/${prefix}`;
}
