import type { ClusterRecord, SettledState } from '../../store/records.ts';
import type { Operation } from './operation.ts';
import type { RunState } from './run-state.ts';

export type ClusterState = SettledState | 'provisioning' | 'deleting';

/** What an ended run means for the state of its cluster. */
interface RunEnd extends Pick<RunState, 'outcome' | 'hasSucceeded'> {
  readonly hasChanges: boolean;
}

/**
 * State of a cluster: that of the active run once it has changed something, otherwise the settled state. Pure.
 * @param operation of the active run
 */
export function getClusterState(
  { settledState }: Pick<ClusterRecord, 'settledState'>,
  operation: Operation | undefined,
  hasChanges: boolean,
): ClusterState {
  if (settledState === 'new') return 'provisioning';
  return (hasChanges && operation?.stateDuring) || settledState;
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
