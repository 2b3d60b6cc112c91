import ipaddr from 'ipaddr.js';

/** Whether an IPv4 range lies within one of `ranges`. All are valid CIDRs. */
export function isWithinRanges(cidr: string, ranges: readonly string[]): boolean {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  return ranges.some((range) => {
    const [network, networkPrefix] = ipaddr.IPv4.parseCIDR(range);
    return prefix >= networkPrefix && address.match(network, networkPrefix);
  });
}
