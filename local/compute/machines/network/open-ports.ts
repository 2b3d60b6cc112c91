import type { FirewallRuleSpec } from '../../machine-backend.ts';
import { isSourceMatch } from './connection-source.ts';
import { isTarget, sortRules } from './firewall-rules.ts';

/**
 * Lists TCP ports of a machine that are open to external clients. Skips rules without ports and ranges wider than
 * `widest`.
 */
export function listExternallyOpenPorts(
  rules: readonly FirewallRuleSpec[],
  tags: readonly string[],
  maxRangeSize = 64,
): readonly number[] {
  const applicableRules = sortRules(rules).filter((rule) => isTarget(rule, tags) && isSourceMatch(rule, 'outside'));
  const allowedRanges = applicableRules.flatMap((rule) => (rule.action === 'allow' ? listTcpRanges(rule) : []));
  const ports = allowedRanges
    .filter(([first, last]) => last - first < maxRangeSize)
    .flatMap(([first, last]) => expandRange(first, last));
  const findDecidingRule = (port: number) =>
    applicableRules.find((rule) => listTcpRanges(rule).some(([first, last]) => first <= port && port <= last));
  return [...new Set(ports)].filter((port) => findDecidingRule(port)?.action === 'allow').sort((a, b) => a - b);
}

/** Parses `22` or `30000-32767` into first and last port. */
function parsePortRange(text: string): readonly [first: number, last: number] {
  const [first, last] = text.split('-').map(Number);
  return [first ?? Number.NaN, last ?? first ?? Number.NaN];
}

function listTcpRanges(rule: FirewallRuleSpec): readonly (readonly [number, number])[] {
  return rule.protocols.flatMap(({ protocol, ports }) => {
    if (!['tcp', '6', 'all'].includes(protocol.toLowerCase())) return [];
    return ports.length === 0 ? [[1, 65_535] as const] : ports.map(parsePortRange);
  });
}

function expandRange(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
