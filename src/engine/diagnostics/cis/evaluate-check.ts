import type { Check, CheckResult, Finding, Outcome, ScanInput } from './check.ts';
import { isFailure } from './find-worst.ts';

/** Evaluates one check. One failure fails it; otherwise one unknown makes it unknown. Pure. */
export function evaluateCheck({ inspect, ...check }: Check, input: ScanInput): CheckResult {
  const findings = inspect(input);
  const failures = groupByText(findings, (outcome) => (isFailure(outcome) ? outcome.failure : undefined));
  if (failures.length > 0) return { ...check, status: 'fail', details: failures };
  const unknowns = groupByText(findings, (outcome) =>
    typeof outcome === 'object' && 'unknown' in outcome ? outcome.unknown : undefined,
  );
  if (unknowns.length > 0) return { ...check, status: 'unknown', details: unknowns };
  if (findings.length === 0)
    return { ...check, status: 'unknown', details: [{ instances: [], text: 'no instance to check' }] };
  const waivers = groupByText(findings, (outcome) =>
    typeof outcome === 'object' && 'waived' in outcome ? outcome.waived : undefined,
  );
  return waivers.length > 0
    ? { ...check, status: 'waived', details: waivers }
    : { ...check, status: 'pass', details: [] };
}

/** Groups findings by text and lists their instances. */
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
