import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/store/events.ts';
import { openFirestoreStore } from '../../../src/store/firestore/firestore-store.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { aDesk, aSpec, asker, channel } from '../../fixtures/run.ts';
import {
  type FirestoreEmulator,
  findFirestoreEmulator,
  startFirestoreEmulator,
} from '../../support/firestore-emulator.ts';

const other = { team: 'T1', user: 'U2' };
const noon = Date.UTC(2026, 0, 5, 12);
const soon = new Date(noon + 60_000);

describe('on SQLite', () => pressing(async () => openSqliteStore({ path: ':memory:' })));

const jar = findFirestoreEmulator();
describe.skipIf(jar === undefined)('on Google’s Firestore emulator', () => {
  let emulator: FirestoreEmulator;
  beforeAll(async () => {
    emulator = await startFirestoreEmulator(jar as string);
  }, 90_000);
  afterAll(() => emulator.stop());
  pressing(() => openFirestoreStore({ projectId: 'demo-kthw', prefix: randomUUID() }));
});

function pressing(openStore: () => Promise<Store>): void {
  let now = noon;
  const stores: Store[] = [];
  afterEach(async () => {
    now = noon;
    for (const store of stores.splice(0)) await store.close();
  });

  /** A run that asked something, and two processes that may be asked to decide it. */
  async function asked(...then: readonly EngineEvent[]) {
    const store = await openStore();
    stores.push(store);
    const desk = () => aDesk(store, () => new Date(now));
    const [one, two] = [desk(), desk()];
    const answer = await one.create({ spec: aSpec(), by: asker, channel });
    if (!('run' in answer)) throw new Error('the cluster is held');
    const { run } = answer;
    await store.append(run, [question('d1'), ...then]);
    return { store, run, one, two };
  }

  test('of ten presses at once, through two processes, one wins and all are told who', async () => {
    const { store, run, one, two } = await asked();
    const people = Array.from({ length: 10 }, (_, i) => ({ team: 'T1', user: `U${i}` }));
    const decisions = await Promise.all(
      people.map((by, i) => (i % 2 === 0 ? one : two).decide(run, 'd1', by, i % 3 === 0)),
    );
    const winners = decisions.flatMap((decision, i) => ('decided' in decision ? [{ ...decision, by: people[i] }] : []));
    expect(winners).toHaveLength(1);
    const [winner] = winners;
    for (const decision of decisions) {
      if ('decided' in decision) continue;
      expect(decision).toEqual({ already: winner?.decided, by: winner?.by, at: new Date(noon) });
    }
    const said = (await store.events(run)).flatMap(({ event }) => ('by' in event && 'digest' in event ? [event] : []));
    expect(said.length).toBeGreaterThan(0);
    // Who finds it told already tells nothing; two who look at the same moment tell the same.
    for (const event of said) expect(event).toMatchObject({ type: `approval.${winner?.decided}`, by: winner?.by });
    expect(await store.list('answer')).toHaveLength(1);
    expect(await one.approval(run)).toBeUndefined();
    const trail = (await one.audit('demo'))?.filter(({ what }) => /^(approved|refused) /.test(what));
    expect(trail).toEqual([expect.objectContaining({ by: winner?.by })]);
  });

  test('an answer whose process ended before it told the run is told by the next press', async () => {
    const { store, run, one, two } = await asked();
    const answer = { run, digest: 'd1', yes: false, by: asker, at: new Date(noon).toISOString() };
    const seq = (await store.events(run)).at(-1)?.seq;
    await store.write('answer', `${run}.${seq}`, answer, undefined);
    expect(await two.decide(run, 'd1', other, true)).toEqual({ already: 'refused', by: asker, at: new Date(noon) });
    expect((await store.events(run)).at(-1)?.event).toEqual({ type: 'approval.refused', digest: 'd1', by: asker });
    expect(await one.approval(run)).toBeUndefined();
  });

  const finished: EngineEvent = { type: 'run.finished', as: 'cancelled' };
  test.each([
    ['after its time', [], 'd1', 61_000, { dead: 'expired' }],
    ['at the very end of its time', [], 'd1', 60_000, { dead: 'expired' }],
    ['on a question that another took the place of', [question('d2')], 'd1', 0, { dead: 'superseded' }],
    ['of a run that is over', [finished], 'd1', 0, { dead: 'over' }],
    ['with a digest that nobody was shown', [], 'forged', 0, { dead: 'unknown' }],
    ['with the digest of a question to come', [], 'd2', 0, { dead: 'unknown' }],
    [
      'that somebody answered with a no',
      [{ type: 'approval.refused', digest: 'd1', by: asker }],
      'd1',
      0,
      { dead: 'superseded' },
    ],
  ] as const)('a press %s changes nothing', async (_, then, digest, passMs, decision) => {
    const { store, run, one } = await asked(...then);
    now += passMs;
    const before = await store.events(run);
    expect(await one.decide(run, digest, other, true)).toEqual(decision);
    expect(await store.events(run)).toEqual(before);
    expect(await store.list('answer')).toEqual([]);
  });

  test('a press for a run that there is not changes nothing', async () => {
    const { store, one } = await asked();
    expect(await one.decide('no-such-run', 'd1', other, true)).toEqual({ dead: 'unknown' });
    expect(await store.events('no-such-run')).toEqual([]);
    expect(await store.list('answer')).toEqual([]);
  });

  test('a yes to one question is none to the next', async () => {
    const { store, run, one } = await asked();
    expect(await one.decide(run, 'd1', other, true)).toEqual({ decided: 'given' });
    await store.append(run, [question('d2')]);
    expect((await one.approval(run))?.digest).toBe('d2');
    expect(await one.decide(run, 'd1', asker, true)).toEqual({ already: 'given', by: other, at: new Date(noon) });
    expect(await one.decide(run, 'd2', asker, false)).toEqual({ decided: 'refused' });
  });
}

function question(digest: string): EngineEvent {
  return { type: 'approval.asked', digest, destroys: ['machine demo-worker-0'], expiresAt: soon.toISOString() };
}
