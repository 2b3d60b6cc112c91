import ipaddr from 'ipaddr.js';
import { addIpv4Offset } from '../../ipv4-offset.ts';

/** Gateway of a subnet: the address after the network address, as on Compute Engine. */
export function computeGateway(range: string): string {
  return addIpv4Offset(ipaddr.IPv4.networkAddressFromCIDR(range).toString(), 1);
}

/** True if the range contains the address. */
export function isInSubnet(range: string, address: string): boolean {
  return ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(range));
}
