import ipaddr from 'ipaddr.js';
import type { FirewallPlan } from '../machines.ts';

/** Where a connection comes from, as far as rules tell the difference. */
export type Origin = 'inside' | 'outside' | 'health';

/**
 * The address that stands for everybody outside. External addresses are loopback addresses here, and so is everyone who
 * connects to them.
 */
export const outsideAddress = '127.0.0.1';

/** One of those that Google's legacy health checkers come from: 209.85.152.0/22, 209.85.204.0/22 and 35.191.0.0/16. */
export const healthCheckerAddress = '209.85.152.1';

/** Rules in the order in which they decide: lower numbers first and, among equals, those that deny. */
export function inOrder(rules: readonly FirewallPlan[]): readonly FirewallPlan[] {
  const rank = (rule: FirewallPlan) => rule.priority * 2 + (rule.action === 'deny' ? 0 : 1);
  return [...rules].sort((a, b) => rank(a) - rank(b));
}

/** Where a rule's sources are anywhere at all. */
export function fromAnywhere(rule: FirewallPlan): boolean {
  return rule.sourceRanges.length === 0 && rule.sourceTags.length === 0;
}

/** Whether a rule's ranges hold an address of this origin. */
export function coversOrigin(rule: FirewallPlan, origin: 'outside' | 'health'): boolean {
  if (fromAnywhere(rule)) return true;
  const address = ipaddr.IPv4.parse(origin === 'outside' ? outsideAddress : healthCheckerAddress);
  return rule.sourceRanges.filter(isIPv4).some((range) => address.match(ipaddr.IPv4.parseCIDR(withLength(range))));
}

/** Whether a rule is about a machine with these tags. */
export function isTarget(rule: FirewallPlan, tags: readonly string[]): boolean {
  return rule.targetTags.length === 0 || rule.targetTags.some((tag) => tags.includes(tag));
}

/**
 * The TCP ports on which outsiders can reach a machine with these tags, for those rules that name ports; a range wider
 * than `widest` counts as naming none.
 */
export function portsOpenToOutside(
  rules: readonly FirewallPlan[],
  tags: readonly string[],
  widest = 64,
): readonly number[] {
  const applying = inOrder(rules).filter((rule) => isTarget(rule, tags) && coversOrigin(rule, 'outside'));
  const named = applying.flatMap((rule) => (rule.action === 'allow' ? tcpRanges(rule) : []));
  const ports = named.filter(([first, last]) => last - first < widest).flatMap(([first, last]) => span(first, last));
  const decides = (port: number) =>
    applying.find((rule) => tcpRanges(rule).some(([first, last]) => first <= port && port <= last));
  return [...new Set(ports)].filter((port) => decides(port)?.action === 'allow').sort((a, b) => a - b);
}

/** `22` or `30000-32767` as first and last port. */
export function portRange(text: string): readonly [first: number, last: number] {
  const [first, last] = text.split('-').map(Number);
  return [first ?? Number.NaN, last ?? first ?? Number.NaN];
}

/** IPv6 ranges are no concern of networks that have none. */
export function isIPv4(range: string): boolean {
  return !range.includes(':');
}

function tcpRanges(rule: FirewallPlan): readonly (readonly [number, number])[] {
  return rule.allow.flatMap(({ protocol, ports }) => {
    if (!['tcp', '6', 'all'].includes(protocol.toLowerCase())) return [];
    return ports.length === 0 ? [[1, 65_535] as const] : ports.map(portRange);
  });
}

function withLength(range: string): string {
  return range.includes('/') ? range : `${range}/32`;
}

function span(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
