import { expect, onTestFinished, test } from 'vitest';
import { listUnfinishedRuns } from '../../../src/engine/workflow/unfinished-runs.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { clusterRecord, runRecord } from '../../support/store-fixtures.ts';

function openStore(): Store {
  const store = openSqliteStore({ path: ':memory:' });
  onTestFinished(() => store.close());
  return store;
}

test('lists open runs and active runs of clusters, oldest first', async () => {
  const store = openStore();
  // More than one page of clusters.
  for (let i = 100; i < 305; i++) {
    await store.write('cluster', `c${i}`, clusterRecord({ activeRun: `r${i}`, runs: [`r${i}`] }), undefined);
    await store.write('run', `r${i}`, runRecord({ cluster: `c${i}`, open: i % 2 === 0 }), undefined);
  }
  await store.write('run', 'r0', runRecord(), undefined);
  const found = await listUnfinishedRuns(store);
  expect(found).toEqual(['r0', ...Array.from({ length: 205 }, (_, i) => `r${i + 100}`)]);
});

test('does not reopen a run that finished, also not concurrently in another process', async () => {
  const store = openStore();
  await store.write('cluster', 'demo', clusterRecord({ runs: ['r1', 'r2'], activeRun: 'r2' }), undefined);
  await store.write('run', 'r1', runRecord({ open: false }), undefined);
  await store.write('run', 'r2', runRecord({ open: true }), undefined);
  const ending: Store = Object.create(store, {
    read: {
      // The other process lets the cluster go and closes the run just before this one looks at the run.
      async value(kind: 'cluster' | 'run', id: string) {
        if (kind === 'run') {
          await store.remove('cluster', 'demo');
          await store.write('cluster', 'demo', clusterRecord({ runs: ['r1', 'r2'], settledState: 'ready' }), undefined);
          await store.remove('run', 'r2');
          await store.write('run', 'r2', runRecord({ open: false }), undefined);
        }
        return await store.read(kind, id);
      },
    },
    listActiveClusters: { value: store.listActiveClusters.bind(store) },
    listOpenRuns: { value: store.listOpenRuns.bind(store) },
  });
  expect(await listUnfinishedRuns(ending)).toEqual([]);
});
