import ipaddr from 'ipaddr.js';
import type { FirewallRuleSpec } from '../../machine-backend.ts';
import { isFromAnywhere } from './firewall-rules.ts';

/** Source of a connection, as far as firewall rules distinguish it. */
export type ConnectionSource = 'inside' | 'outside' | 'health';

/** An address of Google's legacy health checkers: 209.85.152.0/22, 209.85.204.0/22 and 35.191.0.0/16. */
export const healthCheckerAddress = '209.85.152.1';

/** Represents all external clients: external addresses are loopback addresses here, and so are their clients. */
const externalClientAddress = '127.0.0.1';

/** True if the rule's source ranges include the address that represents this source. */
export function isSourceMatch(rule: FirewallRuleSpec, connectionSource: 'outside' | 'health'): boolean {
  if (isFromAnywhere(rule)) return true;
  const address = ipaddr.IPv4.parse(connectionSource === 'outside' ? externalClientAddress : healthCheckerAddress);
  const ranges = rule.sourceRanges.filter((range) => !range.includes(':'));
  return ranges.some((range) => address.match(ipaddr.IPv4.parseCIDR(range.includes('/') ? range : `${range}/32`)));
}
