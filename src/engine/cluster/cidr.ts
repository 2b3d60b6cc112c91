import ipaddr from 'ipaddr.js';

/** An IPv4 range, with `network` as its canonical notation: all host bits zero. */
export interface Cidr {
  readonly address: ipaddr.IPv4;
  readonly prefix: number;
  readonly network: string;
}

/** Parses IPv4 CIDR notation. Returns undefined for anything else. */
export function parseCidr(cidr: string): Cidr | undefined {
  // Requires four decimal parts: ipaddr.js also accepts "10.1/16", and "010" as octal.
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){3}\/\d{1,2}$/.test(cidr) || !ipaddr.IPv4.isValidCIDR(cidr)) return undefined;
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  return { address, prefix, network: `${ipaddr.IPv4.networkAddressFromCIDR(cidr)}/${prefix}` };
}

export function hasOverlap(a: Cidr, b: Cidr): boolean {
  return a.address.match(b.address, Math.min(a.prefix, b.prefix));
}
