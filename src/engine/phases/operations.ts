import type { ClusterSpec } from '../../store/records.ts';
import { deriveCluster } from '../cluster/cluster.ts';
import type { MissingPartKind } from '../diagnostics/find-missing-parts.ts';
import type { ClusterStep } from '../steps/cluster-step.ts';
import type { Operation } from '../workflow/operation.ts';
import { getStepRecord, type RunState } from '../workflow/run-state.ts';
import { controllers } from './controllers.ts';
import { registeredNode } from './node-registration.ts';
import { resizeInstances } from './resize-instances.ts';
import { smoke } from './smoke.ts';
import { verifyDeletable } from './verify-deletable.ts';
import { verifyDeleted } from './verify-deleted.ts';
import { verifyInstances } from './verify-instances.ts';

/** Everything a user can do with a cluster. */
export const operations = {
  create: {
    direction: 'forward',
    preempts: [],
    reusesEarlierOutputs: true,
    setsWorkerCount: true,
    createsCluster: true,
    stateDuring: 'provisioning',
    stateAfterSuccess: 'ready',
    stateAfterStop: 'outcomeUnlessReady',
  },
  smoke: {
    direction: 'forward',
    phasesBefore: [verifyInstances],
    onlyPhases: [smoke.name],
    preempts: [],
    requires: ['ready'],
    blockedBy: ['instanceMissing', 'instanceStopped', 'instanceReplaced', 'nodeMissing'] satisfies MissingPartKind[],
    reusesEarlierOutputs: true,
  },
  /** Removes what a phase and the later ones created, after approval, then creates it again. */
  rebuild: {
    direction: 'both',
    preempts: ['create', 'smoke', 'scale', 'resize'],
    reusesEarlierOutputs: false,
    setsWorkerCount: true,
    stateDuring: 'provisioning',
    stateAfterSuccess: 'ready',
    stateAfterStop: 'outcome',
  },
  /** Removes surplus workers after approval, or creates new ones. */
  scale: {
    direction: 'both',
    preempts: [],
    blockedBy: ['instanceStopped'] satisfies MissingPartKind[],
    reusesEarlierOutputs: true,
    setsWorkerCount: true,
    stateAfterSuccess: 'ready',
    getReachedSpec: getScaledSpec,
  },
  /** Restarts each instance with another machine type, after approval, then verifies everything else. */
  resize: {
    direction: 'forward',
    phasesBefore: [resizeInstances],
    acceptsPreviousSpec: true,
    preempts: ['smoke'],
    reusesEarlierOutputs: true,
    stateAfterSuccess: 'ready',
  },
  delete: {
    direction: 'backward',
    phasesBefore: [verifyDeletable],
    phasesAfter: [verifyDeleted],
    preempts: ['create', 'smoke', 'rebuild', 'scale', 'resize'],
    reusesEarlierOutputs: true,
    setsWorkerCount: true,
    isCancelFinal: true,
    stateDuring: 'deleting',
    stateAfterSuccess: 'deleted',
    stateAfterStop: 'outcome',
  },
} as const satisfies Readonly<Record<string, Operation<ClusterStep>>>;

export type OperationName = keyof typeof operations;

/** Phase from which a cluster that isn't ready is rebuilt when its machine type changes. */
export const machineTypePhase = controllers.name;

export function canPreempt(requested: OperationName, running: string): boolean {
  return (operations[requested].preempts as readonly string[]).includes(running);
}

/** A stopped scaling has the workers that are registered and whose removal has not begun. Pure. */
function getScaledSpec(previous: ClusterSpec, desired: ClusterSpec, state: RunState): ClusterSpec {
  const isRegistered = (id: string) => getStepRecord(state, id).state === 'done';
  const isRemoved = (id: string) => getStepRecord(state, `remove:${id}`).state === 'done';
  const names = deriveCluster({ ...desired, workers: Math.max(previous.workers, desired.workers) }).workerInstances;
  const count = names.findIndex((instance, index) => {
    const { key } = registeredNode.on(instance);
    return index < previous.workers ? isRemoved(key) : !isRegistered(key);
  });
  return { ...desired, workers: count < 0 ? names.length : count };
}
