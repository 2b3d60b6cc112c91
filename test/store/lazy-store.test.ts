import { expect, test } from 'vitest';
import { createLazyStore } from '../../src/store/lazy-store.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { clusterRecord } from '../support/store-fixtures.ts';

test('opens the store once, on the first call', async () => {
  let opened = 0;
  const store = createLazyStore(async () => {
    opened += 1;
    return openSqliteStore({ path: ':memory:' });
  });
  expect(opened).toBe(0);
  await Promise.all([store.listOpenRuns(), store.write('cluster', 'demo', clusterRecord(), undefined)]);
  expect(await store.read('cluster', 'demo')).toBeDefined();
  expect(opened).toBe(1);
  await store.close();
});

test('retries a failed open, and can be closed unopened', async () => {
  let fails = true;
  const store = createLazyStore(async () => {
    if (fails) throw new Error('not now');
    return openSqliteStore({ path: ':memory:' });
  });
  await store.close();
  await expect(store.listOpenRuns()).rejects.toThrow('not now');
  fails = false;
  expect(await store.listOpenRuns()).toEqual([]);
  await store.close();
});
