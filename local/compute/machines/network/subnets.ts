import ipaddr from 'ipaddr.js';

/** A subnet's gateway: the first address after the network's own, as on Compute Engine. */
export function computeGateway(range: string): string {
  const octets = ipaddr.IPv4.networkAddressFromCIDR(range).octets;
  return [...octets.slice(0, 3), (octets[3] ?? 0) + 1].join('.');
}

/** Whether an address lies in a range. */
export function isInSubnet(range: string, address: string): boolean {
  return ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(range));
}
