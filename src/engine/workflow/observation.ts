import type { Difference } from '../../store/step-error.ts';
import type { OutputValue } from '../cluster/output.ts';

/**
 * State of a step's resource. `different` carries both sides of the conflict. `commandOutput` is the output of the
 * equivalent manual command. Never a secret.
 */
export type Observation =
  | { readonly status: 'absent' }
  | { readonly status: 'present'; readonly outputs?: readonly OutputValue[]; readonly commandOutput?: string }
  | { readonly status: 'different'; readonly differences: readonly Difference[] };

/** The step is done. @param commandOutput output of the equivalent manual command; empty: none */
export function markPresent(commandOutput = '', ...outputs: readonly OutputValue[]): Observation {
  return { status: 'present', outputs, ...(commandOutput === '' ? {} : { commandOutput }) };
}
