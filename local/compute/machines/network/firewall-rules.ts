import type { FirewallRuleSpec } from '../../machine-backend.ts';

/** Sorts rules by evaluation order: lower priority numbers first; deny before allow at equal priority. */
export function sortRules(rules: readonly FirewallRuleSpec[]): readonly FirewallRuleSpec[] {
  const computeRank = (rule: FirewallRuleSpec) => rule.priority * 2 + (rule.action === 'deny' ? 0 : 1);
  return [...rules].sort((a, b) => computeRank(a) - computeRank(b));
}

/** True if the rule matches all sources. */
export function isFromAnywhere(rule: FirewallRuleSpec): boolean {
  return rule.sourceRanges.length === 0 && rule.sourceTags.length === 0;
}

/** True if the rule applies to a machine with these tags. */
export function isTarget(rule: FirewallRuleSpec, tags: readonly string[]): boolean {
  return rule.targetTags.length === 0 || rule.targetTags.some((tag) => tags.includes(tag));
}
