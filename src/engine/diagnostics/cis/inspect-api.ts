import type { ApiFacts } from './api-facts.ts';
import type { Finding, Outcome, ScanInput, Unknown } from './check.ts';
import type { ComputeFacts } from './compute-facts.ts';

export function inspectApi<S extends Outcome>(check: (facts: ApiFacts) => S) {
  return ({ api }: ScanInput): Finding<S | Unknown>[] => [{ actual: 'unknown' in api ? api : check(api) }];
}

export function inspectCompute<S extends Outcome>(check: (facts: ComputeFacts) => S) {
  return ({ compute }: ScanInput): Finding<S | Unknown>[] => [
    { actual: 'unknown' in compute ? compute : check(compute) },
  ];
}
