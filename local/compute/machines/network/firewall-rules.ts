import type { FirewallPlan } from '../../machine-backend.ts';

/** Rules in the order in which they decide: lower numbers first and, among equals, those that deny. */
export function inOrder(rules: readonly FirewallPlan[]): readonly FirewallPlan[] {
  const rank = (rule: FirewallPlan) => rule.priority * 2 + (rule.action === 'deny' ? 0 : 1);
  return [...rules].sort((a, b) => rank(a) - rank(b));
}

/** Whether a rule's sources are anywhere at all. */
export function fromAnywhere(rule: FirewallPlan): boolean {
  return rule.sourceRanges.length === 0 && rule.sourceTags.length === 0;
}

/** Whether a rule is about a machine with these tags. */
export function isTarget(rule: FirewallPlan, tags: readonly string[]): boolean {
  return rule.targetTags.length === 0 || rule.targetTags.some((tag) => tags.includes(tag));
}
