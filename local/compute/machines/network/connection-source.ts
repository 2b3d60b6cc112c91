import ipaddr from 'ipaddr.js';
import type { FirewallRuleSpec } from '../../machine-backend.ts';
import { isFromAnywhere } from './firewall-rules.ts';

/** Where a connection comes from, as far as rules tell the difference. */
export type ConnectionSource = 'inside' | 'outside' | 'health';

/** One of those that Google's legacy health checkers come from: 209.85.152.0/22, 209.85.204.0/22 and 35.191.0.0/16. */
export const healthCheckerAddress = '209.85.152.1';

/** Stands for everybody outside: external addresses are loopback addresses here, and so is everyone who connects to them. */
const externalClientAddress = '127.0.0.1';

/** Whether a rule's ranges hold an address of this origin. */
export function isSourceMatch(rule: FirewallRuleSpec, connectionSource: 'outside' | 'health'): boolean {
  if (isFromAnywhere(rule)) return true;
  const address = ipaddr.IPv4.parse(connectionSource === 'outside' ? externalClientAddress : healthCheckerAddress);
  const ranges = rule.sourceRanges.filter((range) => !range.includes(':'));
  return ranges.some((range) => address.match(ipaddr.IPv4.parseCIDR(range.includes('/') ? range : `${range}/32`)));
}
