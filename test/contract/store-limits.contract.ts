import { describe, expect, test } from 'vitest';
import { InvalidRecord, type RecordValue } from '../../src/store/records.ts';
import { clusterRecord, stepLogged } from '../support/store-fixtures.ts';
import type { StoreUnderTest } from './store.contract.ts';

const MARK = 'tell-nobody';

export function limitsContract(fresh: () => Promise<StoreUnderTest>): void {
  describe('invalid data', () => {
    const good = clusterRecord();
    test.each([
      ['no JSON', `{"${MARK}`, /cluster "demo".*\$ \(not JSON\)/],
      [
        'a number where text belongs',
        text({ ...good, channel: 7, outputs: { a: MARK } }),
        /cluster "demo".*\$\.channel /,
      ],
      ['a choice that is none', text({ ...good, settledState: MARK }), /cluster "demo".*\$\.settledState /],
      ['something deep', text({ ...good, spec: { ...good.spec, controllers: MARK } }), /\$\.spec\.controllers /],
      ['an element of a list', text({ ...good, runs: ['r1', { of: MARK }] }), /\$\.runs\[1\] /],
      ['something missing', text({ ...good, createdBy: undefined }), /\$\.createdBy /],
    ])('is reported by kind, id and path without its value: %s', async (_, stored, expected) => {
      const under = await fresh();
      const store = await under.open();
      await store.write('cluster', 'demo', good, undefined);
      await under.spoilRecord('cluster', 'demo', stored);
      for (const read of [() => store.read('cluster', 'demo'), () => store.list('cluster')]) {
        const error = await read().then(() => undefined, String);
        expect(error).toMatch(/^InvalidRecord: /);
        expect(error).toMatch(expected);
        expect(error).not.toContain(MARK);
      }
    });

    test.each([
      ['no JSON', `${MARK}`, /event 2 of run "r1".*\$ \(not JSON\)/],
      ['a kind that is none', text({ type: MARK }), /event 2 of run "r1".*\$\.type /],
      ['a field', text({ ...stepLogged('x'), message: { of: MARK } }), /event 2 of run "r1".*\$\.message /],
    ])('in events is reported by run, number and path: %s', async (_, stored, expected) => {
      const under = await fresh();
      const store = await under.open();
      await store.append('r1', [stepLogged('one'), stepLogged('two'), stepLogged('three')]);
      await under.spoilEvent('r1', 2, stored);
      const error = await store.readEvents('r1').then(() => undefined, String);
      expect(error).toMatch(/^InvalidRecord: /);
      expect(error).toMatch(expected);
      expect(error).not.toContain(MARK);
      expect(await store.readEvents('r1', 2)).toHaveLength(1);
    });

    test('includes missing events', async () => {
      const under = await fresh();
      const store = await under.open();
      await store.append('r1', [stepLogged('one'), stepLogged('two'), stepLogged('three')]);
      await under.loseEvent('r1', 2);
      await expect(store.readEvents('r1')).rejects.toThrow(/event 2 of run "r1" is missing/);
      await expect(store.readEvents('r1', 1)).rejects.toThrow(InvalidRecord);
    });

    test('is rejected on write', async () => {
      const store = await (await fresh()).open();
      const wrong = { ...good, settledState: MARK } as unknown as RecordValue<'cluster'>;
      const error = await store.write('cluster', 'demo', wrong, undefined).then(() => undefined, String);
      expect(error).toMatch(/^InvalidRecord: .*cluster "demo".*\$\.settledState /);
      expect(error).not.toContain(MARK);
      expect(await store.read('cluster', 'demo')).toBeUndefined();
    });

    test.each([
      ['no character', ''],
      ['a slash', 'a/b'],
      ['201 characters', 'x'.repeat(201)],
      ['half a character', 'a\ud800'],
    ])('includes an id of %s', async (_, id) => {
      const store = await (await fresh()).open();
      await expect(store.read('cluster', id)).rejects.toThrow(InvalidRecord);
      await expect(store.write('cluster', id, good, undefined)).rejects.toThrow(InvalidRecord);
      await expect(store.remove('cluster', id)).rejects.toThrow(InvalidRecord);
      await expect(store.append(id, [stepLogged('x')])).rejects.toThrow(InvalidRecord);
      await expect(store.readEvents(id)).rejects.toThrow(InvalidRecord);
      await expect(store.acquireLease(id, 'a', 1000)).rejects.toThrow(InvalidRecord);
    });

    test('excludes an id of 200 four-byte characters', async () => {
      const store = await (await fresh()).open();
      const id = '🚀'.repeat(200);
      await store.write('cluster', id, good, undefined);
      await store.append(id, [stepLogged('x')]);
      expect(await store.list('cluster', { prefix: '🚀' })).toHaveLength(1);
      expect(await store.readEvents(id)).toHaveLength(1);
    });
  });

  describe('size limits', () => {
    const withFact = (bytes: number) => clusterRecord({ outputs: { large: 'x'.repeat(bytes) } });
    const frame = Buffer.byteLength(JSON.stringify(withFact(0)));

    test('accept a record of exactly 1,000,000 bytes', async () => {
      const store = await (await fresh()).open();
      const value = withFact(1_000_000 - frame);
      const version = await store.write('cluster', 'demo', value, undefined);
      expect((await store.read('cluster', 'demo'))?.value).toEqual(value);
      await store.write('cluster', 'demo', { ...value, channel: 'C2' }, version);
    });

    test('reject one byte more and name the size', async () => {
      const store = await (await fresh()).open();
      const write = store.write('cluster', 'demo', withFact(1_000_001 - frame), undefined);
      await expect(write).rejects.toThrow(InvalidRecord);
      await expect(write).rejects.toThrow(/cluster "demo" is too large: 1000001 bytes, limit 1000000/);
      expect(await store.read('cluster', 'demo')).toBeUndefined();
    });

    test('count bytes, not characters', async () => {
      const store = await (await fresh()).open();
      const value = clusterRecord({ outputs: { large: '日'.repeat(400_000) } });
      await expect(store.write('cluster', 'demo', value, undefined)).rejects.toThrow(/too large: 1200\d+ bytes/);
    });

    test('apply to events and appends', async () => {
      const store = await (await fresh()).open();
      const nearly = stepLogged('x'.repeat(999_000));
      expect(await store.append('r1', [nearly, nearly])).toBe(2);
      await expect(store.append('r1', [stepLogged('x'.repeat(1_000_001))])).rejects.toThrow(
        /event 1 of 1 .* limit 1000000/,
      );
      const many = Array.from({ length: 4 }, () => nearly);
      await expect(store.append('r1', many)).rejects.toThrow(
        /4 events for run "r1" is too large: \d+ bytes, limit 3000000/,
      );
      expect(await store.append('r1', many.slice(1))).toBe(5);
    });
  });
}

function text(value: object): string {
  return JSON.stringify(value);
}
