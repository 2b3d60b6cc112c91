import type { ClusterRecord } from '../../store/records.ts';
import type { Phase, Step } from './step.ts';

type ClusterState = ClusterRecord['state'];

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
  /** Names of the operations whose active run it may take the cluster from. */
  readonly preempts: readonly string[];
  /** Forward steps may use outputs of earlier runs: the resources that those describe are still there. */
  readonly reusesEarlierOutputs: boolean;
  /** Its success determines how many workers the cluster has. */
  readonly setsWorkerCount?: boolean;
  /** State of the cluster. A state that isn't given stays as it was. */
  readonly clusterStates?: {
    readonly running?: ClusterState;
    /** @default running */
    readonly resumed?: ClusterState;
    readonly succeeded?: ClusterState;
    /** When a failed or cancelled run makes the cluster failed or cancelled. @default never */
    readonly stopped?: 'always' | 'onceStarted';
  };
}

/** Operations by name. */
export type Operations<S extends Step = Step> = Readonly<Record<string, Operation<S>>>;

/** @returns undefined for a name that this release doesn't know */
export function findOperation<S extends Step>(operations: Operations<S>, name: string): Operation<S> | undefined {
  return Object.hasOwn(operations, name) ? operations[name] : undefined;
}
