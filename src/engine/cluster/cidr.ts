import ipaddr from 'ipaddr.js';

/** An IPv4 range, with `network` as its canonical notation: all host bits zero. */
interface Cidr {
  readonly prefix: number;
  readonly network: string;
}

/** Parses IPv4 CIDR notation. Returns undefined for anything else. */
export function parseCidr(cidr: string): Cidr | undefined {
  // Requires four decimal parts: ipaddr.js also accepts "10.1/16", and "010" as octal.
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){3}\/\d{1,2}$/.test(cidr) || !ipaddr.IPv4.isValidCIDR(cidr)) return undefined;
  const [, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  return { prefix, network: `${ipaddr.IPv4.networkAddressFromCIDR(cidr)}/${prefix}` };
}

/** The `n`-th address of an IPv4 range; the network address is number 0. */
export function getNthAddress(cidr: string, n: number): string {
  const bytes = ipaddr.IPv4.networkAddressFromCIDR(cidr).toByteArray();
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0) + n;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

const cidrFlags = { subnet: '--subnet', podCidr: '--pod-cidr', serviceCidr: '--service-cidr' } as const;
export type CidrKey = keyof typeof cidrFlags;

/** Overlaps between a cluster's valid ranges. Ranges are written as flags, such as `--subnet 10.240.0.0/24`. */
export function findCidrOverlaps(
  cidrs: Readonly<Record<CidrKey, string>>,
): { readonly key: CidrKey; readonly range: string; readonly otherRange: string }[] {
  const ranges = (['subnet', 'podCidr', 'serviceCidr'] as const).map((key) => ({
    key,
    text: `${cidrFlags[key]} ${cidrs[key]}`,
    cidr: ipaddr.IPv4.parseCIDR(cidrs[key]),
  }));
  return ranges.flatMap(({ key, text: range, cidr: [address, prefix] }, i) =>
    ranges
      .slice(0, i)
      .filter(({ cidr }) => address.match(cidr[0], Math.min(prefix, cidr[1])))
      .map(({ text: otherRange }) => ({ key, range, otherRange })),
  );
}
