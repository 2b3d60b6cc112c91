import type { ClusterRecord, SettledState } from '../../store/records.ts';
import type { Operation } from './operation.ts';
import type { RunState } from './run-state.ts';

export type ClusterState = Exclude<SettledState, 'new'> | 'provisioning' | 'deleting';

/** What the active run means for the state of its cluster. */
interface ActiveRunState extends Pick<RunEnd, 'hasChanges' | 'hasSucceeded'> {
  readonly requiresApproval: boolean;
}

/** What an ended run means for the state of its cluster. */
interface RunEnd extends Pick<RunState, 'outcome' | 'hasSucceeded'> {
  readonly hasChanges: boolean;
}

/**
 * State of a cluster: that of the active run once it has begun, otherwise the settled state. Pure.
 * @param operation of the active run. @default no run is active
 */
export function getClusterState(
  { settledState }: Pick<ClusterRecord, 'settledState'>,
  operation?: Operation,
  { hasChanges, hasSucceeded, requiresApproval }: ActiveRunState = {
    hasChanges: false,
    hasSucceeded: false,
    requiresApproval: false,
  },
): ClusterState {
  // A run that succeeded before was resumed for its deferred steps only. A confirmed deletion counts at once.
  const isConfirmed = operation?.isCancelFinal && !requiresApproval;
  const hasBegun = isConfirmed || (hasChanges && !(hasSucceeded && settledState === 'ready'));
  if (hasBegun && operation?.stateDuring) return operation.stateDuring;
  return settledState === 'new' ? 'provisioning' : settledState;
}

/** Settled state of a cluster after a run. A create that changed nothing leaves no cluster. Pure. */
export function getStateAfterRun(
  operation: Operation,
  settledState: SettledState,
  { outcome, hasChanges, hasSucceeded }: RunEnd,
): SettledState {
  if (outcome === undefined) return settledState;
  if (outcome === 'succeeded') return operation.stateAfterSuccess ?? settledState;
  if (!hasChanges) return settledState === 'new' ? 'deleted' : settledState;
  // A run that succeeded before was resumed for its deferred steps only, and these don't make the cluster unusable.
  const isReady = settledState === 'ready' && (hasSucceeded || operation.stateAfterStop === 'outcomeUnlessReady');
  return operation.stateAfterStop === undefined || isReady ? settledState : outcome;
}

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
