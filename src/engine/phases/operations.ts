import type { ClusterStep } from '../steps/cluster-step.ts';
import type { Operation } from '../workflow/operation.ts';
import { controllers } from './controllers.ts';
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
    clusterStates: { running: 'provisioning', succeeded: 'ready', stopped: 'always' },
  },
  smoke: {
    direction: 'forward',
    phasesBefore: [verifyInstances],
    onlyPhases: [smoke.name],
    preempts: [],
    reusesEarlierOutputs: true,
  },
  /** Removes what a phase and the later ones created, after approval, then creates it again. */
  rebuild: {
    direction: 'both',
    preempts: ['create', 'smoke', 'scale', 'resize'],
    reusesEarlierOutputs: false,
    setsWorkerCount: true,
    clusterStates: { resumed: 'provisioning', succeeded: 'ready', stopped: 'onceStarted' },
  },
  /** Removes surplus workers after approval, or creates new ones. */
  scale: { direction: 'both', preempts: [], reusesEarlierOutputs: true, setsWorkerCount: true },
  /** Restarts each instance with another machine type, after approval, then verifies everything else. */
  resize: {
    direction: 'forward',
    phasesBefore: [resizeInstances],
    acceptsPreviousSpec: true,
    preempts: ['smoke'],
    reusesEarlierOutputs: true,
  },
  delete: {
    direction: 'backward',
    phasesBefore: [verifyDeletable],
    phasesAfter: [verifyDeleted],
    preempts: ['create', 'smoke', 'rebuild', 'scale', 'resize'],
    reusesEarlierOutputs: true,
    setsWorkerCount: true,
    clusterStates: { running: 'deleting', succeeded: 'deleted', stopped: 'always' },
  },
} as const satisfies Readonly<Record<string, Operation<ClusterStep>>>;

export type OperationName = keyof typeof operations;

/** Phase from which a cluster that isn't ready is rebuilt when its machine type changes. */
export const machineTypePhase = controllers.name;

export function canPreempt(requested: OperationName, running: string): boolean {
  return (operations[requested].preempts as readonly string[]).includes(running);
}
