import type { FirewallRuleSpec } from '../../machine-backend.ts';

/** Rules in the order in which they decide: lower numbers first and, among equals, those that deny. */
export function sortRules(rules: readonly FirewallRuleSpec[]): readonly FirewallRuleSpec[] {
  const computeRank = (rule: FirewallRuleSpec) => rule.priority * 2 + (rule.action === 'deny' ? 0 : 1);
  return [...rules].sort((a, b) => computeRank(a) - computeRank(b));
}

/** Whether a rule's sources are anywhere at all. */
export function isFromAnywhere(rule: FirewallRuleSpec): boolean {
  return rule.sourceRanges.length === 0 && rule.sourceTags.length === 0;
}

/** Whether a rule is about a machine with these tags. */
export function isTarget(rule: FirewallRuleSpec, tags: readonly string[]): boolean {
  return rule.targetTags.length === 0 || rule.targetTags.some((tag) => tags.includes(tag));
}
