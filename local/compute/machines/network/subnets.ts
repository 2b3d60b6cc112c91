import ipaddr from 'ipaddr.js';
import { addIpv4Offset } from '../../ipv4-offset.ts';

/** A subnet's gateway: the first address after the network address, as on Compute Engine. */
export function computeGateway(range: string): string {
  return addIpv4Offset(ipaddr.IPv4.networkAddressFromCIDR(range).toString(), 1);
}

/** Whether an address lies in a range. */
export function isInSubnet(range: string, address: string): boolean {
  return ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(range));
}
