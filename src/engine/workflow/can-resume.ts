import type { Operation } from './operation.ts';
import type { RunState } from './run-state.ts';

/**
 * Whether a run has work left that a resume may do. A rejected or expired approval is final, and so is the cancellation of
 * an operation that needs a new confirmation. Pure.
 * @param hasChanges whether the run changed anything
 */
export function canResume(state: RunState, operation: Operation, hasChanges: boolean): boolean {
  if (state.isSuperseded) return false;
  switch (state.outcome) {
    case undefined:
      return false;
    case 'succeeded':
      return [...state.steps.values()].some((step) => step.state === 'deferred');
    case 'failed':
      return hasChanges || !operation.createsCluster;
    case 'cancelled':
      return hasChanges && !operation.isCancelFinal;
    default:
      return state.outcome satisfies never;
  }
}
