import type { Difference } from '../../store/step-error.ts';
import type { OutputValue } from '../cluster/output.ts';

/**
 * What a step found. `different` carries both sides, so that a conflict can be shown. `commandOutput` is what a person
 * would have read after typing the commands. Never a secret.
 */
export type Observation =
  | { readonly status: 'absent' }
  | { readonly status: 'present'; readonly outputs?: readonly OutputValue[]; readonly commandOutput?: string }
  | { readonly status: 'different'; readonly differences: readonly Difference[] };

/** The step is done. @param commandOutput what a person would have read; empty: nothing worth showing */
export function markPresent(commandOutput = '', ...outputs: readonly OutputValue[]): Observation {
  return { status: 'present', outputs, ...(commandOutput === '' ? {} : { commandOutput }) };
}
