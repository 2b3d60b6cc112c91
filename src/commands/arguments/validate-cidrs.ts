import ipaddr from 'ipaddr.js';

/** An IPv4 range: first address as a number, and length of its prefix. */
interface Range {
  readonly start: number;
  readonly prefix: number;
}

export interface Ranges {
  readonly subnet: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly workers: number;
}

export interface RangeProblem {
  readonly key: 'subnet' | 'podCidr' | 'serviceCidr';
  readonly message: string;
}

/** Sizes of the ranges as prefix lengths: `widest` is the biggest range, `narrowest` the smallest. */
const sizes = {
  subnet: { widest: 16, narrowest: 26 },
  podCidr: { widest: 8, narrowest: 24 },
  serviceCidr: { widest: 12, narrowest: 27 },
} as const;
const keys = ['subnet', 'podCidr', 'serviceCidr'] as const;
const called = { subnet: '--subnet', podCidr: '--pod-cidr', serviceCidr: '--service-cidr' } as const;

/** What is wrong with the ranges of a cluster. Pure. */
export function rangeProblems(asked: Ranges): RangeProblem[] {
  const alone = keys.flatMap((key) => problemAlone(key, asked));
  if (alone.length > 0) return alone;
  return [
    ['subnet', 'podCidr'],
    ['subnet', 'serviceCidr'],
    ['podCidr', 'serviceCidr'],
  ].flatMap(([a, b]) => overlapOf(a as RangeProblem['key'], b as RangeProblem['key'], asked));
}

function problemAlone(key: RangeProblem['key'], asked: Ranges): RangeProblem[] {
  const range = rangeOf(asked[key]);
  if (!range) return [{ key, message: 'not an IPv4 range; write it like 10.240.0.0/24' }];
  const size = 2 ** (32 - range.prefix);
  if (range.start % size !== 0) {
    return [
      {
        key,
        message: `has bits beyond its length; did you mean ${textOf({ ...range, start: range.start - (range.start % size) })}?`,
      },
    ];
  }
  const { widest, narrowest } = sizes[key];
  if (range.prefix < widest) return [{ key, message: `too big, at most a /${widest}` }];
  if (range.prefix > narrowest) return [{ key, message: `too small, at least a /${narrowest}` }];
  if (key === 'podCidr' && size < asked.workers * 256) {
    return [{ key, message: `too small: each of ${asked.workers} workers needs a /24 of it` }];
  }
  return [];
}

function overlapOf(a: RangeProblem['key'], b: RangeProblem['key'], asked: Ranges): RangeProblem[] {
  const [one, other] = [rangeOf(asked[a]), rangeOf(asked[b])];
  if (!one || !other) return [];
  const apart =
    one.start + 2 ** (32 - one.prefix) <= other.start || other.start + 2 ** (32 - other.prefix) <= one.start;
  return apart ? [] : [{ key: b, message: `overlaps \`${called[a]} ${asked[a]}\`` }];
}

function rangeOf(cidr: string): Range | undefined {
  // Four decimal parts: the library would also take "10.1/16", and "010" as octal.
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){3}\/\d{1,2}$/.test(cidr) || !ipaddr.IPv4.isValidCIDR(cidr)) return undefined;
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  return { start: address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0), prefix };
}

function textOf({ start, prefix }: Range): string {
  return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.')}/${prefix}`;
}
