import ipaddr from 'ipaddr.js';
import type { FirewallPlan } from '../../machine-backend.ts';
import { fromAnywhere } from './firewall-rules.ts';

/** Where a connection comes from, as far as rules tell the difference. */
export type Origin = 'inside' | 'outside' | 'health';

/** One of those that Google's legacy health checkers come from: 209.85.152.0/22, 209.85.204.0/22 and 35.191.0.0/16. */
export const healthCheckerAddress = '209.85.152.1';

/** Stands for everybody outside: external addresses are loopback addresses here, and so is everyone who connects to them. */
const outsideAddress = '127.0.0.1';

/** Whether a rule's ranges hold an address of this origin. */
export function coversOrigin(rule: FirewallPlan, origin: 'outside' | 'health'): boolean {
  if (fromAnywhere(rule)) return true;
  const address = ipaddr.IPv4.parse(origin === 'outside' ? outsideAddress : healthCheckerAddress);
  const ranges = rule.sourceRanges.filter((range) => !range.includes(':'));
  return ranges.some((range) => address.match(ipaddr.IPv4.parseCIDR(range.includes('/') ? range : `${range}/32`)));
}
