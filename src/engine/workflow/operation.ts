import type { ClusterSpec, SettledState } from '../../store/records.ts';
import type { RunState } from './run-state.ts';
import type { Phase, Step } from './step.ts';

/** What a user can do with a cluster, as data: the workflow knows no operation and no phase by name. */
export interface Operation<S extends Step = Step> {
  /** `both`: after approval, removes what the cluster no longer has or what is rebuilt; then goes forward. */
  readonly direction: 'forward' | 'backward' | 'both';
  /** Names of the only phases that run. @default all */
  readonly onlyPhases?: readonly string[];
  /** Phases of this operation only, which are completed before all others start. */
  readonly phasesBefore?: readonly Phase<S>[];
  /** Phases of this operation only, which start when all others are done. */
  readonly phasesAfter?: readonly Phase<S>[];
  /** A resource that still matches the previous spec has not drifted. */
  readonly acceptsPreviousSpec?: boolean;
  /** Names of the operations whose active run it stops, once it is approved or confirmed. */
  readonly preempts: readonly string[];
  /** Settled states in which it can start. @default all */
  readonly requires?: readonly SettledState[];
  /** Kinds of missing parts of a cluster with which it can't succeed, unless it removes the instance. @default none */
  readonly blockedBy?: readonly string[];
  /** Forward steps may use outputs of earlier runs: the resources that those describe still exist. */
  readonly reusesEarlierOutputs: boolean;
  /** Its success determines how many workers the cluster has. */
  readonly setsWorkerCount?: boolean;
  /** If it changes nothing, no cluster is left and its name is free. */
  readonly createsCluster?: boolean;
  /** A cancelled run can't be resumed: it needs a new confirmation. */
  readonly isCancelFinal?: boolean;
  /** State of the cluster from the first change to the end of the run. @default its settled state */
  readonly stateDuring?: 'provisioning' | 'deleting';
  /** Settled state after success. @default unchanged */
  readonly stateAfterSuccess?: SettledState;
  /** Whether a failed or cancelled run makes a changed cluster failed or cancelled. @default never */
  readonly stateAfterStop?: 'outcome' | 'outcomeUnlessReady';
  /** Spec of the cluster after a failed or cancelled run that changed something. @default the run's spec */
  getReachedSpec?(previous: ClusterSpec, desired: ClusterSpec, state: RunState): ClusterSpec;
}

/** Operations by name. */
export type Operations<S extends Step = Step> = Readonly<Record<string, Operation<S>>>;

/** @returns undefined for a name that this release doesn't know */
export function findOperation<S extends Step>(operations: Operations<S>, name: string): Operation<S> | undefined {
  return Object.hasOwn(operations, name) ? operations[name] : undefined;
}
