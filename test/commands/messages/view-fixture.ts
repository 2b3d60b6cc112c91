import type { ClusterStatus, PhaseView, RunView } from '../../../src/engine/service/cluster-service.ts';
import { getClusterState } from '../../../src/engine/workflow/cluster-state.ts';
import { buildSpec, channel, testUser } from '../../fixtures/run.ts';

export const noon = new Date('2026-01-05T12:00:00Z');

export function later(seconds: number): Date {
  return new Date(+noon + seconds * 1000);
}

export function aPhaseView(change: Partial<PhaseView> = {}): PhaseView {
  return { name: 'network', title: 'Network', chapter: 3, state: 'pending', done: 0, total: 3, ...change };
}

/** A create half-way through. */
export function aView(change: Partial<RunView> = {}): RunView {
  return {
    run: 'r1',
    cluster: 'demo',
    operation: 'create',
    requester: testUser,
    channel,
    startedAt: noon,
    cancelRequested: false,
    requesters: [testUser],
    isRejected: false,
    hasChanges: true,
    hasSucceeded: false,
    canResume: false,
    isFirstSetup: true,
    requiresApproval: false,
    phases: [
      aPhaseView({ state: 'done', done: 3, startedAt: noon, finishedAt: later(48) }),
      aPhaseView({
        name: 'etcd',
        title: 'etcd',
        chapter: 7,
        state: 'running',
        done: 1,
        startedAt: later(48),
        note: 'waiting for demo-controller-1',
      }),
      aPhaseView({
        name: 'workers',
        title: 'Workers',
        chapter: 9,
        state: 'retrying',
        startedAt: later(50),
        note: 'demo-worker-0 does not answer ssh',
      }),
      aPhaseView({ name: 'smoke', title: 'Smoke test', chapter: 13, total: 1 }),
    ],
    steps: {
      'network/a': { title: 'network demo', phase: 'network', dependsOn: [] },
      'etcd/a': { title: 'etcd on demo-controller-1', phase: 'etcd', dependsOn: ['network/a'] },
    },
    problems: [],
    outputs: {},
    lastSeq: 9,
    ...change,
  };
}

export function aStatus(
  change: Partial<ClusterStatus['record']> = {},
  latestRun: RunView | 'none' = aView(),
  state: ClusterStatus['state'] = getClusterState({ settledState: change.settledState ?? 'new' }),
): ClusterStatus {
  const record = {
    spec: buildSpec(),
    createdBy: testUser,
    channel,
    createdAt: noon.toISOString(),
    runs: ['r1'],
    settledState: 'new' as const,
    outputs: {},
    ...change,
  };
  return {
    name: record.spec.name,
    state,
    record,
    ...(latestRun === 'none'
      ? {}
      : { latestRun, ...(latestRun.outcome === 'succeeded' ? { lastSucceededRun: latestRun } : {}) }),
  };
}
