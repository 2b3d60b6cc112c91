import ipaddr from 'ipaddr.js';

/** The address `offset` places after `address`, which may be negative. @throws Error when `address` is not IPv4 */
export function addIpv4Offset(address: string, offset: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(toIpv4Number(address) + offset);
  return ipaddr.fromByteArray([...bytes]).toString();
}

/** An address as an unsigned 32-bit number. @throws Error when `address` is not IPv4 */
export function toIpv4Number(address: string): number {
  return Buffer.from(ipaddr.IPv4.parse(address).toByteArray()).readUInt32BE();
}
