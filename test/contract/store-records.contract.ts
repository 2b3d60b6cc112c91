import { describe, expect, test } from 'vitest';
import { hasRecords, iterateRecords } from '../../src/store/iterate-records.ts';
import { StaleVersion, type Store } from '../../src/store/store.ts';
import { clusterRecord, runRecord, specOf } from '../support/store-fixtures.ts';
import type { StoreUnderTest } from './store.contract.ts';

const ODD_IDS = [
  '.',
  '..',
  '__all__',
  '__',
  '%',
  '%2e',
  '%2e.',
  'a b',
  'Ärger',
  '日本',
  '🚀',
  'a:b?c#d',
  "it's",
  '-',
  '"',
];

export function recordsContract(fresh: () => Promise<StoreUnderTest>): void {
  describe('records', () => {
    test('are readable by every client after a write', async () => {
      const { open } = await fresh();
      const [a, b] = [await open(), await open()];
      const value = clusterRecord({ outputs: { addresses: [['10.0.0.1'], ['10.0.0.2', { deep: [[1, null]] }]] } });
      const version = await a.write('cluster', 'demo', value, undefined);
      expect(await b.read('cluster', 'demo')).toEqual({ id: 'demo', value, version });
      expect(await b.read('cluster', 'other')).toBeUndefined();
      expect(await b.read('run', 'demo')).toBeUndefined();
    });

    test('reject a write with an older version', async () => {
      const store = await (await fresh()).open();
      const first = await store.write('cluster', 'demo', clusterRecord(), undefined);
      const second = await store.write('cluster', 'demo', clusterRecord({ settledState: 'ready' }), first);
      const late = store.write('cluster', 'demo', clusterRecord({ settledState: 'failed' }), first);
      await expect(late).rejects.toThrow(StaleVersion);
      const found = await store.read('cluster', 'demo');
      expect(found?.version).toBe(second);
      expect(found?.value.settledState).toBe('ready');
    });

    test('get a new version on a write of the same value', async () => {
      const store = await (await fresh()).open();
      const first = await store.write('cluster', 'demo', clusterRecord(), undefined);
      const second = await store.write('cluster', 'demo', clusterRecord(), first);
      expect(second).not.toBe(first);
      await expect(store.write('cluster', 'demo', clusterRecord(), first)).rejects.toThrow(StaleVersion);
    });

    test('can’t be updated if absent', async () => {
      const store = await (await fresh()).open();
      const version = await store.write('cluster', 'demo', clusterRecord(), undefined);
      await store.remove('cluster', 'demo', version);
      await expect(store.write('cluster', 'demo', clusterRecord(), version)).rejects.toThrow(StaleVersion);
      expect(await store.read('cluster', 'demo')).toBeUndefined();
    });

    test('reject a version from before recreation', async () => {
      const store = await (await fresh()).open();
      const old = await store.write('cluster', 'demo', clusterRecord(), undefined);
      await store.remove('cluster', 'demo');
      await store.write('cluster', 'demo', clusterRecord(), undefined);
      await expect(store.write('cluster', 'demo', clusterRecord(), old)).rejects.toThrow(StaleVersion);
      await expect(store.remove('cluster', 'demo', old)).rejects.toThrow(StaleVersion);
    });

    test('can be removed if absent', async () => {
      const store = await (await fresh()).open();
      const version = await store.write(
        'processedRequest',
        'Ev1',
        { processedAt: '2026-01-02T03:04:05.000Z' },
        undefined,
      );
      await store.remove('processedRequest', 'Ev1', version);
      await store.remove('processedRequest', 'Ev1', version);
      await store.remove('processedRequest', 'Ev1');
      expect(await store.read('processedRequest', 'Ev1')).toBeUndefined();
    });

    test('are created by exactly one of 20 concurrent writers', async () => {
      const stores = await clients(await fresh(), 4);
      const tries = await Promise.allSettled(
        numbers(20).map((n) =>
          pick(stores, n).write('cluster', 'demo', clusterRecord({ channel: `C${n}` }), undefined),
        ),
      );
      const winner = tries.findIndex((result) => result.status === 'fulfilled');
      expect(tries.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      for (const result of tries) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(StaleVersion);
      expect((await pick(stores, 0).read('cluster', 'demo'))?.value.channel).toBe(`C${winner}`);
    });

    test('are updated by exactly one of 20 concurrent writers', async () => {
      const stores = await clients(await fresh(), 4);
      const version = await pick(stores, 0).write('cluster', 'demo', clusterRecord(), undefined);
      // Even with identical values, only one writer may succeed.
      const tries = await Promise.allSettled(
        numbers(20).map((n) =>
          pick(stores, n).write('cluster', 'demo', clusterRecord({ settledState: 'ready' }), version),
        ),
      );
      expect(tries.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    });

    test('count to 20 with 20 concurrent read-modify-write loops', async () => {
      const stores = await clients(await fresh(), 4);
      await pick(stores, 0).write('slackThread', 'count', { channel: 'C1', cursor: 0 }, undefined);
      await Promise.all(numbers(20).map((n) => countUp(pick(stores, n))));
      expect((await pick(stores, 1).read('slackThread', 'count'))?.value.cursor).toBe(20);
    });

    test.each(ODD_IDS)('can have the id %j', async (id) => {
      const store = await (await fresh()).open();
      const version = await store.write('cluster', id, clusterRecord({ channel: id }), undefined);
      expect((await store.read('cluster', id))?.value.channel).toBe(id);
      expect(await store.list('cluster')).toMatchObject([{ id, version }]);
      await store.remove('cluster', id, version);
      expect(await store.list('cluster')).toEqual([]);
    });

    test('with unusual ids are distinct', async () => {
      const store = await (await fresh()).open();
      for (const id of ODD_IDS) await store.write('cluster', id, clusterRecord({ channel: id }), undefined);
      const found = await store.list('cluster');
      expect(found.map(({ id }) => id).sort()).toEqual([...ODD_IDS].sort());
      expect(found.every(({ id, value }) => value.channel === id)).toBe(true);
    });
  });

  describe('lists', () => {
    const IN_ORDER = ['a', 'a-1', 'a-2', 'a-2b', 'b', 'ä', '\ud7ff', '\ue000', '\ufffd', '😀', '😁'];

    test('are sorted by code point across pages', async () => {
      const store = await listed(await fresh(), IN_ORDER);
      expect(ids(await store.list('cluster'))).toEqual(IN_ORDER);
      const pages: string[][] = [];
      for (let after: string | undefined; ; ) {
        const page = ids(await store.listPage('cluster', { limit: 4, ...(after === undefined ? {} : { after }) }));
        if (page.length === 0) break;
        pages.push(page);
        after = page.at(-1);
      }
      expect(pages.map((page) => page.length)).toEqual([4, 4, 3]);
      expect(pages.flat()).toEqual(IN_ORDER);
      expect(await store.listPage('cluster', { limit: 0 })).toEqual([]);
      for (const pageSize of [1, 4, 11, 12]) expect(await iterateIds(store, pageSize)).toEqual(IN_ORDER);
    });

    test.each([
      [{ prefix: 'a' }, ['a', 'a-1', 'a-2', 'a-2b']],
      [{ prefix: 'a-2' }, ['a-2', 'a-2b']],
      [{ prefix: '\ud7ff' }, ['\ud7ff']],
      [{ prefix: '😀' }, ['😀']],
      [{ prefix: 'c' }, []],
    ])('of %j are %j', async (options, expected) => {
      const store = await listed(await fresh(), IN_ORDER);
      expect(ids(await store.list('cluster', options))).toEqual(expected);
      expect(await hasRecords(store, 'cluster', options.prefix)).toBe(expected.length > 0);
    });

    test.each([
      [{ prefix: 'a', after: 'a-1', limit: 1 }, ['a-2']],
      [{ prefix: 'a', after: 'a-2b', limit: 9 }, []],
      [{ prefix: 'a-', after: '', limit: 9 }, ['a-1', 'a-2', 'a-2b']],
      [{ prefix: 'b', after: 'a', limit: 9 }, ['b']],
    ])('of the page %j are %j', async (page, expected) => {
      const store = await listed(await fresh(), IN_ORDER);
      expect(ids(await store.listPage('cluster', page))).toEqual(expected);
    });

    test('of active clusters leave out deleted ones until their name is used again', async () => {
      const store = await (await fresh()).open();
      const listActive = async () => ids(await store.listActiveClusters());
      await store.write('cluster', 'ä', clusterRecord(), undefined);
      await store.write('cluster', 'b', clusterRecord({ settledState: 'ready' }), undefined);
      const version = await store.write('cluster', 'a', clusterRecord({ settledState: 'failed' }), undefined);
      expect(await listActive()).toEqual(['a', 'b', 'ä']);
      expect(await store.listActiveClusters()).toMatchObject([{ version, value: { settledState: 'failed' } }, {}, {}]);
      const deleted = await store.write('cluster', 'a', clusterRecord({ settledState: 'deleted' }), version);
      expect(await listActive()).toEqual(['b', 'ä']);
      expect(ids(await store.list('cluster'))).toEqual(['a', 'b', 'ä']);
      await store.write('cluster', 'a', clusterRecord(), deleted);
      expect(await listActive()).toEqual(['a', 'b', 'ä']);
    });

    test('contain one kind only', async () => {
      const store = await (await fresh()).open();
      await store.write('run', 'r1', runRecord(), undefined);
      expect(await store.list('cluster')).toEqual([]);
    });

    test('of open runs follow the record', async () => {
      const store = await (await fresh()).open();
      for (const id of ['r3', 'r1', 'r2', 'r4'])
        await store.write('run', id, runRecord({ open: id !== 'r2' }), undefined);
      expect(await store.listOpenRuns()).toEqual(['r1', 'r3', 'r4']);
      const r1 = await store.read('run', 'r1');
      const closed = await store.write('run', 'r1', runRecord({ open: false }), r1?.version);
      await store.remove('run', 'r4');
      expect(await store.listOpenRuns()).toEqual(['r3']);
      await store.write('run', 'r1', runRecord({ spec: specOf({ workers: 0 }) }), closed);
      expect(await store.listOpenRuns()).toEqual(['r1', 'r3']);
    });
  });
}

async function countUp(store: Store): Promise<void> {
  for (;;) {
    const found = await store.read('slackThread', 'count');
    if (found === undefined) throw new Error('the counter is gone');
    try {
      await store.write('slackThread', 'count', { ...found.value, cursor: found.value.cursor + 1 }, found.version);
      return;
    } catch (error) {
      if (!(error instanceof StaleVersion)) throw error;
    }
  }
}

async function listed(under: StoreUnderTest, expected: string[]): Promise<Store> {
  const store = await under.open();
  for (const id of expected.toReversed()) await store.write('cluster', id, clusterRecord(), undefined);
  return store;
}

function ids(found: { id: string }[]): string[] {
  return found.map(({ id }) => id);
}

function clients(under: StoreUnderTest, count: number): Promise<Store[]> {
  return Promise.all(numbers(count).map(() => under.open()));
}

function pick(stores: Store[], n: number): Store {
  return stores[n % stores.length] as Store;
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

async function iterateIds(store: Store, pageSize: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { id } of iterateRecords(store, 'cluster', { pageSize })) found.push(id);
  return found;
}
