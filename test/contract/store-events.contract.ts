import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../src/store/events.ts';
import { InvalidRecord } from '../../src/store/records.ts';
import { stepLogged } from '../support/store-fixtures.ts';
import type { StoreUnderTest } from './store.contract.ts';

export function eventsContract(fresh: () => Promise<StoreUnderTest>): void {
  describe('events', () => {
    test('are numbered from 1 in order, with timestamps', async () => {
      const { open } = await fresh();
      const [a, b] = [await open(() => new Date('2026-01-02T03:04:05.678Z')), await open()];
      expect(await a.readEvents('r1')).toEqual([]);
      expect(await a.append('r1', [stepLogged('one'), stepLogged('two')])).toBe(2);
      expect(await b.append('r1', [stepLogged('three')])).toBe(3);
      expect(await a.append('r1', [stepLogged('four')])).toBe(4);
      const found = await b.readEvents('r1');
      expect(found.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
      expect(found.map(({ event }) => event)).toEqual(['one', 'two', 'three', 'four'].map(stepLogged));
      expect(found[0]?.at).toEqual(new Date('2026-01-02T03:04:05.678Z'));
    });

    test('are separate for each run', async () => {
      const store = await (await fresh()).open();
      for (const run of ['.', '..', '__r__', 'r', 'r 1']) await store.append(run, [stepLogged(run)]);
      for (const run of ['.', '..', '__r__', 'r', 'r 1']) {
        expect(await store.readEvents(run)).toMatchObject([{ seq: 1, event: stepLogged(run) }]);
      }
    });

    test('can be read after any sequence number', async () => {
      const store = await (await fresh()).open();
      await store.append('r1', many(12));
      expect((await store.readEvents('r1', 9)).map(({ seq }) => seq)).toEqual([10, 11, 12]);
      expect(await store.readEvents('r1', 12)).toEqual([]);
      expect(await store.readEvents('r1', 99)).toEqual([]);
    });

    test('are appended atomically', async () => {
      const store = await (await fresh()).open();
      await store.append('r1', [stepLogged('before')]);
      const wrong = { type: 'step.logged', step: 'network/vpc', message: 7 } as unknown as EngineEvent;
      const append = store.append('r1', [stepLogged('good'), wrong, stepLogged('good')]);
      await expect(append).rejects.toThrow(InvalidRecord);
      await expect(append).rejects.toThrow(/event 2 of 3 for run "r1".*\$\.message/);
      expect(await store.readEvents('r1')).toHaveLength(1);
      expect(await store.append('r1', [stepLogged('after')])).toBe(2);
    });

    test('can be an empty list, which returns the last sequence number', async () => {
      const store = await (await fresh()).open();
      expect(await store.append('r1', [])).toBe(0);
      await store.append('r1', [stepLogged('one')]);
      expect(await store.append('r1', [])).toBe(1);
      expect(await store.readEvents('r1')).toHaveLength(1);
    });

    test('of 20 concurrent appends are neither lost nor duplicated', async () => {
      const { open } = await fresh();
      const stores = await Promise.all(many(4).map(() => open()));
      const lasts = await Promise.all(
        many(20).map((_, n) => stores[n % 4]?.append('r1', [stepLogged(`${n} first`), stepLogged(`${n} second`)])),
      );
      const found = await stores[0]?.readEvents('r1');
      expect(found?.map(({ seq }) => seq)).toEqual(many(40).map((_, n) => n + 1));
      for (const [n, last] of lasts.entries()) {
        // Events of one append are adjacent, at the returned position.
        const own = found?.slice((last ?? 0) - 2, last).map(({ event }) => event);
        expect(own).toEqual([stepLogged(`${n} first`), stepLogged(`${n} second`)]);
      }
    });

    test('can be appended in hundreds', async () => {
      const store = await (await fresh()).open();
      expect(await store.append('r1', many(700))).toBe(700);
      expect(await store.readEvents('r1')).toHaveLength(700);
    });

    test('keep schema defaults and all fields', async () => {
      const store = await (await fresh()).open();
      const finished = { type: 'step.finished', step: 'a/b', outcome: 'applied' } as EngineEvent;
      const approvalRequested: EngineEvent = {
        type: 'approval.requested',
        digest: 'd',
        deletions: ['x'],
        expiresAt: '2026-01-02T03:04:05.000Z',
      };
      await store.append('r1', [finished, approvalRequested]);
      const found = await store.readEvents('r1');
      expect(found.map(({ event }) => event)).toEqual([{ ...finished, outputs: [] }, approvalRequested]);
    });
  });
}

function many(count: number): EngineEvent[] {
  return Array.from({ length: count }, (_, n) => stepLogged(`line ${n}`));
}
