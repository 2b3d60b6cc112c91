import type { FirewallPlan } from '../../machine-backend.ts';
import { coversOrigin } from './connection-source.ts';
import { inOrder, isTarget } from './firewall-rules.ts';

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
function portRange(text: string): readonly [first: number, last: number] {
  const [first, last] = text.split('-').map(Number);
  return [first ?? Number.NaN, last ?? first ?? Number.NaN];
}

function tcpRanges(rule: FirewallPlan): readonly (readonly [number, number])[] {
  return rule.allow.flatMap(({ protocol, ports }) => {
    if (!['tcp', '6', 'all'].includes(protocol.toLowerCase())) return [];
    return ports.length === 0 ? [[1, 65_535] as const] : ports.map(portRange);
  });
}

function span(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
