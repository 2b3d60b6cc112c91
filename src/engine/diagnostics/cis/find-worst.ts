import type { BasicOutcome, Outcome } from './check.ts';

/** Returns the first failure, else the first unknown, else `pass`. */
export function findWorst(outcomes: readonly BasicOutcome[]): BasicOutcome {
  return outcomes.find(isFailure) ?? outcomes.find((outcome) => outcome !== 'pass') ?? 'pass';
}

export function isFailure(outcome: Outcome): outcome is { readonly failure: string } {
  return outcome !== 'pass' && 'failure' in outcome;
}
