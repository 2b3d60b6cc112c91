import ipaddr from 'ipaddr.js';
import { apiErrors } from '../api/api-error.ts';
import { addIpv4Offset } from '../ipv4-offset.ts';

/** Normalises an IPv4 CIDR range. @throws ApiError 400 when it is invalid or has host bits set */
export function parseRange(text: string, field: string): string {
  const bare = ipaddr.IPv4.isValidCIDR(text) ? text : `${text}/32`;
  if (!ipaddr.IPv4.isValidCIDR(bare)) throw apiErrors.invalidField(field, text, 'Must be an IPv4 CIDR range.');
  const [address, prefix] = ipaddr.parseCIDR(bare);
  if (ipaddr.IPv4.networkAddressFromCIDR(bare).toString() !== address.toString()) {
    throw apiErrors.invalidField(field, text, 'Must be a CIDR address range that is contained in its prefix.');
  }
  return `${address}/${prefix}`;
}

export function isInRange(address: string, range: string): boolean {
  return ipaddr.IPv4.isValid(address) && ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(range));
}

export function isOverlapping(a: string, b: string): boolean {
  return isInRange(a.split('/')[0] ?? '', b) || isInRange(b.split('/')[0] ?? '', a);
}

/** The address at an offset in a range. A negative offset counts from the end: -1 is the broadcast address. */
export function getAddressAt(range: string, offset: number): string {
  const edge = offset < 0 ? ipaddr.IPv4.broadcastAddressFromCIDR(range) : ipaddr.IPv4.networkAddressFromCIDR(range);
  return addIpv4Offset(edge.toString(), offset < 0 ? offset + 1 : offset);
}

/** Google reserves the first two and the last two addresses of a range. */
export function isReservedAddress(address: string, range: string): boolean {
  return [0, 1, -2, -1].some((offset) => getAddressAt(range, offset) === address);
}
