import type { ClusterStatus, PhaseView, RunView } from '../../../src/engine/service/cluster-service-types.ts';
import { aSpec, asker, channel } from '../../fixtures/run.ts';

export const noon = new Date('2026-01-05T12:00:00Z');

export function later(seconds: number): Date {
  return new Date(+noon + seconds * 1000);
}

export function aPhaseView(change: Partial<PhaseView> = {}): PhaseView {
  return { name: 'network', title: 'Network', chapter: 3, state: 'waiting', done: 0, total: 3, ...change };
}

/** A create half-way through. */
export function aView(change: Partial<RunView> = {}): RunView {
  return {
    run: 'r1',
    cluster: 'demo',
    operation: 'create',
    by: asker,
    channel,
    startedAt: noon,
    cancelAsked: false,
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
      'network/a': { title: 'network demo', phase: 'network', after: [] },
      'etcd/a': { title: 'etcd on demo-controller-1', phase: 'etcd', after: ['network/a'] },
    },
    troubles: [],
    facts: {},
    lastSeq: 9,
    ...change,
  };
}

export function aStatus(
  change: Partial<ClusterStatus['record']> = {},
  latest: RunView | 'none' = aView(),
): ClusterStatus {
  const record = {
    spec: aSpec(),
    by: asker,
    channel,
    createdAt: noon.toISOString(),
    runs: ['r1'],
    state: 'building' as const,
    facts: {},
    ...change,
  };
  return { name: record.spec.name, record, ...(latest === 'none' ? {} : { latest }) };
}
