import { describe, expect, test } from 'vitest';
import { type OperationName, operations } from '../../../src/engine/phases/operations.ts';
import { type EndedRun, finalizeRun } from '../../../src/engine/workflow/finalize-run.ts';
import { foldEvents } from '../../../src/engine/workflow/run-state.ts';
import type { EngineEvent } from '../../../src/store/events.ts';
import type { ClusterRecord, RunRecord, SettledState } from '../../../src/store/records.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { buildPlan, toStoredEvents } from '../../fixtures/plan.ts';
import { clusterRecord, runRecord, specOf } from '../../support/store-fixtures.ts';

type Outcome = 'succeeded' | 'failed' | 'cancelled';

const stepStarted: EngineEvent = {
  type: 'step.started',
  step: 'a',
  attempt: 1,
  requestId: '00000000-0000-4000-8000-000000000000',
};
const stepFinished: EngineEvent = {
  type: 'step.finished',
  step: 'a',
  outcome: 'applied',
  outputs: [{ name: 'x', value: '1' }],
};
const changes = [stepStarted, stepFinished];
const now = new Date('2026-01-05T12:00:00Z');

describe('the state of a cluster after a run', () => {
  test.each<[OperationName, SettledState, Outcome, 'changed' | 'unchanged', SettledState]>([
    ['create', 'new', 'succeeded', 'changed', 'ready'],
    ['create', 'new', 'failed', 'changed', 'failed'],
    ['create', 'new', 'cancelled', 'changed', 'cancelled'],
    ['create', 'new', 'failed', 'unchanged', 'deleted'],
    ['create', 'new', 'cancelled', 'unchanged', 'deleted'],
    ['create', 'failed', 'cancelled', 'unchanged', 'failed'],
    ['create', 'ready', 'failed', 'changed', 'ready'],
    ['create', 'ready', 'cancelled', 'changed', 'ready'],
    ['smoke', 'ready', 'succeeded', 'changed', 'ready'],
    ['smoke', 'ready', 'failed', 'changed', 'ready'],
    ['smoke', 'ready', 'cancelled', 'changed', 'ready'],
    ['scale', 'ready', 'succeeded', 'changed', 'ready'],
    ['scale', 'ready', 'cancelled', 'changed', 'ready'],
    ['scale', 'failed', 'succeeded', 'changed', 'ready'],
    ['scale', 'failed', 'failed', 'changed', 'failed'],
    ['resize', 'ready', 'failed', 'changed', 'ready'],
    ['rebuild', 'ready', 'succeeded', 'changed', 'ready'],
    ['rebuild', 'ready', 'failed', 'changed', 'failed'],
    ['rebuild', 'ready', 'cancelled', 'changed', 'cancelled'],
    ['rebuild', 'ready', 'cancelled', 'unchanged', 'ready'],
    ['rebuild', 'failed', 'cancelled', 'unchanged', 'failed'],
    ['delete', 'ready', 'succeeded', 'changed', 'deleted'],
    ['delete', 'ready', 'succeeded', 'unchanged', 'deleted'],
    ['delete', 'ready', 'failed', 'changed', 'failed'],
    ['delete', 'ready', 'cancelled', 'changed', 'cancelled'],
    ['delete', 'ready', 'cancelled', 'unchanged', 'ready'],
  ])('%s of a cluster that is %s: %s, %s → %s', async (operation, before, outcome, effect, after) => {
    const store = await createStore({ settledState: before }, operation);
    await finalizeRun(store, operations, endRun(operation, outcome, effect === 'changed' ? changes : []));
    expect((await readCluster(store)).settledState).toBe(after);
    expect((await store.read('run', 'r1'))?.value.open).toBe(false);
  });

  test('a rebuild that succeeded and is resumed for deferred steps leaves the cluster ready when it is cancelled', async () => {
    const store = await createStore({ settledState: 'ready' }, 'rebuild');
    const resumed: EngineEvent[] = [
      ...changes,
      { type: 'run.finished', outcome: 'succeeded' },
      { type: 'run.resumed', actor: { team: 'T1', user: 'U1' } },
      { ...stepStarted, step: 'b' },
    ];
    await finalizeRun(store, operations, endRun('rebuild', 'cancelled', resumed));
    expect((await readCluster(store)).settledState).toBe('ready');
  });
});

describe('the end of a run', () => {
  test('releases the cluster and adds the outputs', async () => {
    const store = await createStore({ outputs: { old: '1', x: '0' } });
    await finalizeRun(store, operations, endRun('create', 'succeeded', changes));
    const record = await readCluster(store);
    expect(record.activeRun).toBeUndefined();
    expect(record.outputs).toEqual({ old: '1', x: '1' });
    expect(record.readySince).toBe(now.toISOString());
  });

  test('removes the outputs of a deleted cluster', async () => {
    const store = await createStore({ outputs: { old: '1' } }, 'delete');
    await finalizeRun(store, operations, endRun('delete', 'succeeded', changes));
    expect((await readCluster(store)).outputs).toEqual({});
  });

  test('leaves the cluster to a run that took it over, and records what was changed', async () => {
    const store = await createStore({ activeRun: 'r2' });
    await finalizeRun(store, operations, endRun('create', 'cancelled', changes));
    expect(await readCluster(store)).toMatchObject({ activeRun: 'r2', settledState: 'cancelled' });
    expect((await store.read('run', 'r1'))?.value.open).toBe(false);
  });

  test('removes a queued run from the queue and keeps the active run', async () => {
    const store = await createStore({ activeRun: 'r0', queuedRun: 'r1', settledState: 'ready' }, 'rebuild');
    await finalizeRun(store, operations, endRun('rebuild', 'cancelled', []));
    const record = await readCluster(store);
    expect([record.activeRun, record.queuedRun, record.settledState]).toEqual(['r0', undefined, 'ready']);
  });

  test('keeps the spec when nothing was changed', async () => {
    const store = await createStore({ settledState: 'ready' }, 'scale');
    const record = runRecord({ operation: 'scale', spec: specOf({ workers: 7 }) });
    await finalizeRun(store, operations, { ...endRun('scale', 'cancelled', []), record });
    expect((await readCluster(store)).spec.workers).toBe(3);
  });

  test.each([
    ['scale-up', 5, ['node-registration/demo-worker-3'], 4],
    ['scale-up', 5, [], 3],
    ['scale-down', 1, ['remove:node-registration/demo-worker-2'], 2],
    ['scale-down', 1, [], 3],
  ])('a cancelled %s counts the workers that exist', async (_, workers, doneSteps, expected) => {
    const store = await createStore({ settledState: 'ready' }, 'scale');
    const record = runRecord({ operation: 'scale', spec: specOf({ workers }) });
    const events = doneSteps.flatMap((step) => [
      { ...stepStarted, step },
      { ...stepFinished, step },
    ]);
    const run = endRun('scale', 'cancelled', [...changes, ...events]);
    await finalizeRun(store, operations, { ...run, record });
    expect((await readCluster(store)).spec.workers).toBe(expected);
  });

  test('supersedes earlier runs that could be resumed', async () => {
    const store = await createStore({ runs: ['r0', 'r1'] });
    await store.write('run', 'r0', runRecord({ operation: 'scale', open: false }), undefined);
    await store.append('r0', [...changes, { type: 'run.finished', outcome: 'failed' }]);
    expect(await finalizeRun(store, operations, endRun('create', 'succeeded', changes))).toEqual(['r0']);
    expect(foldEvents(await store.readEvents('r0')).isSuperseded).toBe(true);
    expect(await finalizeRun(store, operations, endRun('create', 'succeeded', changes))).toEqual([]);
  });

  test('can be written twice, also at the same time', async () => {
    const store = await createStore();
    const finalize = () => finalizeRun(store, operations, endRun('create', 'succeeded', changes));
    await Promise.all([finalize(), finalize()]);
    const once = [await readCluster(store), (await store.read('run', 'r1'))?.value];
    await finalize();
    expect([await readCluster(store), (await store.read('run', 'r1'))?.value]).toEqual(once);
  });

  test('is written only once the run has ended', async () => {
    const store = await createStore();
    const run = { ...endRun('create', 'succeeded', changes), state: foldEvents(toStoredEvents(...changes)) };
    await finalizeRun(store, operations, run);
    expect(await readCluster(store)).toMatchObject({ activeRun: 'r1', settledState: 'new' });
    expect((await store.read('run', 'r1'))?.value.open).toBe(true);
  });
});

async function createStore(overrides: Partial<ClusterRecord> = {}, operation = 'create'): Promise<Store> {
  const store = openSqliteStore({ path: ':memory:' });
  await store.write('run', 'r1', runRecord({ operation }), undefined);
  await store.write('cluster', 'demo', clusterRecord({ activeRun: 'r1', runs: ['r1'], ...overrides }), undefined);
  return store;
}

async function readCluster(store: Store): Promise<ClusterRecord> {
  const found = await store.read('cluster', 'demo');
  if (!found) throw new Error('no cluster "demo"');
  return found.value;
}

function endRun(operation: OperationName, outcome: Outcome, events: readonly EngineEvent[]): EndedRun {
  const record: RunRecord = runRecord({ operation });
  const state = foldEvents(toStoredEvents(...events, { type: 'run.finished', outcome }));
  return { id: 'r1', record, operation: operations[operation], planned: buildPlan({ a: [], b: ['a'] }), state, now };
}
