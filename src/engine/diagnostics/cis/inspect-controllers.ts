import type { BasicOutcome, Finding, Outcome, ScanInput, Unknown } from './check.ts';
import type { HostFacts } from './host-facts.ts';

/** Builds an `inspect` function that checks each controller instance. */
export function inspectControllers<S extends Outcome = BasicOutcome>(check: (facts: HostFacts, minor: number) => S) {
  return inspectInstances(check, 'controller');
}

export function inspectWorkers<S extends Outcome = BasicOutcome>(check: (facts: HostFacts, minor: number) => S) {
  return inspectInstances(check, 'worker');
}

function inspectInstances<S extends Outcome>(
  check: (facts: HostFacts, minor: number) => S,
  role: 'controller' | 'worker',
) {
  return ({ instances, minor }: ScanInput): Finding<S | Unknown>[] =>
    instances
      .filter((instance) => instance.role === role)
      .map(({ name, facts }) => ({ instance: name, actual: 'unknown' in facts ? facts : check(facts, minor) }));
}
