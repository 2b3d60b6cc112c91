import type { Check, CheckResult, Finding, Outcome, ScanInput } from './check.ts';

/** What the evidence says of one item. Pure. One place where it is wrong is enough to fail; else all must have been seen. */
export function evaluateCheck({ inspect, ...check }: Check, input: ScanInput): CheckResult {
  const findings = inspect(input);
  const failures = groupByText(findings, (outcome) =>
    typeof outcome === 'object' && 'failure' in outcome ? outcome.failure : undefined,
  );
  if (failures.length > 0) return { ...check, status: 'fails', details: failures };
  const unknowns = groupByText(findings, (outcome) =>
    typeof outcome === 'object' && 'unknown' in outcome ? outcome.unknown : undefined,
  );
  if (unknowns.length > 0) return { ...check, status: 'unseen', details: unknowns };
  if (findings.length === 0)
    return { ...check, status: 'unseen', details: [{ instances: [], text: 'there is no such machine' }] };
  const waivers = groupByText(findings, (outcome) =>
    typeof outcome === 'object' && 'waived' in outcome ? outcome.waived : undefined,
  );
  return waivers.length > 0
    ? { ...check, status: 'exception', details: waivers }
    : { ...check, status: 'passes', details: [] };
}

/** The same text once, with all places where it holds. */
function groupByText(
  findings: readonly Finding[],
  getText: (actual: Outcome) => string | undefined,
): CheckResult['details'] {
  const instancesByText = new Map<string, string[]>();
  for (const { instance, actual } of findings) {
    const text = getText(actual);
    if (text !== undefined)
      instancesByText.set(text, [...(instancesByText.get(text) ?? []), ...(instance === undefined ? [] : [instance])]);
  }
  return [...instancesByText].map(([text, instances]) => ({ instances, text }));
}
