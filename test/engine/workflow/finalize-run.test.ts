import { describe, expect, test } from 'vitest';
import { type OperationName, operations } from '../../../src/engine/phases/operations.ts';
import { finalizeRun } from '../../../src/engine/workflow/finalize-run.ts';
import { foldEvents } from '../../../src/engine/workflow/run-state.ts';
import type { ClusterRecord } from '../../../src/store/records.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { toStoredEvents } from '../../fixtures/plan.ts';
import { clusterRecord, runRecord } from '../../support/store-fixtures.ts';

type Over = 'succeeded' | 'failed' | 'cancelled';

describe('the end of a run', () => {
  test.each<[OperationName, Over, ClusterRecord['state']]>([
    ['create', 'succeeded', 'ready'],
    ['create', 'failed', 'failed'],
    ['create', 'cancelled', 'cancelled'],
    ['smoke', 'succeeded', 'ready'],
    ['smoke', 'failed', 'ready'],
    ['smoke', 'cancelled', 'ready'],
    ['delete', 'succeeded', 'deleted'],
    ['delete', 'failed', 'failed'],
    ['delete', 'cancelled', 'cancelled'],
  ])('%s that %s makes the cluster %s', async (operation, over, state) => {
    const store = await aStore({ state: 'ready' }, operation);
    await finalizeRun(store, operations[operation], 'r1', runRecord({ operation }), ended(over));
    expect((await store.read('cluster', 'demo'))?.value.state).toBe(state);
    expect((await store.read('run', 'r1'))?.value.open).toBe(false);
  });

  test('unlocks the cluster and merges its outputs', async () => {
    const store = await aStore({ outputs: { old: '1', x: '0' } });
    await finalizeRun(store, operations.create, 'r1', runRecord(), ended('succeeded'));
    const record = (await store.read('cluster', 'demo'))?.value;
    expect(record?.activeRun).toBeUndefined();
    expect(record?.outputs).toEqual({ old: '1', x: '1' });
  });

  test('clears the outputs of a deleted cluster', async () => {
    const store = await aStore({ outputs: { old: '1' } }, 'delete');
    await finalizeRun(store, operations.delete, 'r1', runRecord({ operation: 'delete' }), ended('succeeded'));
    expect((await store.read('cluster', 'demo'))?.value.outputs).toEqual({});
  });

  test('keeps the cluster locked by a run that preempted it', async () => {
    const store = await aStore({ activeRun: 'r2', state: 'deleting' });
    await finalizeRun(store, operations.create, 'r1', runRecord(), ended('cancelled'));
    expect((await store.read('cluster', 'demo'))?.value).toMatchObject({ activeRun: 'r2', state: 'deleting' });
    expect((await store.read('run', 'r1'))?.value.open).toBe(false);
  });

  test('is idempotent, also concurrently', async () => {
    const store = await aStore();
    const settle = () => finalizeRun(store, operations.create, 'r1', runRecord(), ended('succeeded'));
    await Promise.all([settle(), settle()]);
    const once = [(await store.read('cluster', 'demo'))?.value, (await store.read('run', 'r1'))?.value];
    await settle();
    expect([(await store.read('cluster', 'demo'))?.value, (await store.read('run', 'r1'))?.value]).toEqual(once);
  });

  test('is written only after the run finished', async () => {
    const store = await aStore();
    await finalizeRun(store, operations.create, 'r1', runRecord(), foldEvents(toStoredEvents()));
    expect((await store.read('cluster', 'demo'))?.value).toMatchObject({ activeRun: 'r1', state: 'provisioning' });
    expect((await store.read('run', 'r1'))?.value.open).toBe(true);
  });
});

async function aStore(changes: Partial<ClusterRecord> = {}, operation = 'create') {
  const store = openSqliteStore({ path: ':memory:' });
  await store.write('run', 'r1', runRecord({ operation }), undefined);
  await store.write('cluster', 'demo', clusterRecord({ activeRun: 'r1', runs: ['r1'], ...changes }), undefined);
  return store;
}

/** A run that found out `x` and ended. */
function ended(over: Over) {
  const outputs = [{ name: 'x', value: '1' }];
  return foldEvents(
    toStoredEvents(
      { type: 'step.finished', step: 'a', outcome: 'applied', outputs },
      { type: 'run.finished', outcome: over },
    ),
  );
}
