import ipaddr from 'ipaddr.js';

/** Whether a host name is loopback: the services of the local stack control containers as root. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || (ipaddr.isValid(host) && ipaddr.parse(host).range() === 'loopback');
}
