import { expect, test } from 'vitest';
import { type OperationName, operations } from '../../../src/engine/phases/operations.ts';
import { type ClusterState, getClusterState } from '../../../src/engine/workflow/cluster-state.ts';
import type { SettledState } from '../../../src/store/records.ts';

type Progress = 'unchanged' | 'changed' | 'resumed after success' | 'awaiting approval';

test.each<[SettledState, OperationName | undefined, Progress, ClusterState]>([
  ['new', 'create', 'unchanged', 'provisioning'],
  ['new', 'create', 'changed', 'provisioning'],
  ['new', 'delete', 'unchanged', 'deleting'],
  ['failed', 'create', 'changed', 'provisioning'],
  ['ready', undefined, 'unchanged', 'ready'],
  ['ready', 'create', 'resumed after success', 'ready'],
  ['ready', 'rebuild', 'unchanged', 'ready'],
  ['ready', 'rebuild', 'changed', 'provisioning'],
  ['ready', 'rebuild', 'resumed after success', 'ready'],
  ['ready', 'scale', 'changed', 'ready'],
  ['ready', 'resize', 'changed', 'ready'],
  ['ready', 'smoke', 'changed', 'ready'],
  ['ready', 'delete', 'unchanged', 'deleting'],
  ['ready', 'delete', 'awaiting approval', 'ready'],
  ['failed', 'delete', 'awaiting approval', 'failed'],
  ['failed', undefined, 'unchanged', 'failed'],
  ['cancelled', undefined, 'unchanged', 'cancelled'],
])(
  'a cluster that is settled as %s with an active %s that is %s is shown as %s',
  (settledState, operation, run, state) => {
    const progress = {
      hasChanges: run !== 'unchanged' && run !== 'awaiting approval',
      hasSucceeded: run === 'resumed after success',
      requiresApproval: run === 'awaiting approval',
    };
    expect(getClusterState({ settledState }, operation && operations[operation], progress)).toBe(state);
  },
);
