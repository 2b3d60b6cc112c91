import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/store/events.ts';
import { openFirestoreStore } from '../../../src/store/firestore/firestore-store.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { buildSpec, channel, createTestClusterService, testUser } from '../../fixtures/run.ts';
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
  async function requestApproval(...then: readonly EngineEvent[]) {
    const store = await openStore();
    stores.push(store);
    const clusterService = () => createTestClusterService(store, () => new Date(now));
    const [one, two] = [clusterService(), clusterService()];
    const answer = await one.createCluster({ spec: buildSpec(), requester: testUser, channel });
    if (!('run' in answer)) throw new Error('the cluster is held');
    const { run } = answer;
    await store.append(run, [question('d1'), ...then]);
    return { store, run, one, two };
  }

  test('of ten concurrent clicks in two processes, one wins and all see the winner', async () => {
    const { store, run, one, two } = await requestApproval();
    const people = Array.from({ length: 10 }, (_, i) => ({ team: 'T1', user: `U${i}` }));
    const decisions = await Promise.all(
      people.map((decidedBy, i) => (i % 2 === 0 ? one : two).decideApproval(run, 'd1', decidedBy, i % 3 === 0)),
    );
    const winners = decisions.flatMap((decision, i) =>
      'decided' in decision ? [{ ...decision, decidedBy: people[i] }] : [],
    );
    expect(winners).toHaveLength(1);
    const [winner] = winners;
    for (const decision of decisions) {
      if ('decided' in decision) continue;
      expect(decision).toEqual({
        alreadyDecided: winner?.decided,
        decidedBy: winner?.decidedBy,
        decidedAt: new Date(noon),
      });
    }
    const events = (await store.readEvents(run)).flatMap(({ event }) =>
      'actor' in event && 'digest' in event ? [event] : [],
    );
    expect(events.length).toBeGreaterThan(0);
    // Who finds it told already tells nothing; two who look at the same moment tell the same.
    const type = winner?.decided === 'approved' ? 'approval.granted' : 'approval.rejected';
    for (const event of events) expect(event).toMatchObject({ type, actor: winner?.decidedBy });
    expect(await store.list('decision')).toHaveLength(1);
    expect(await one.getPendingApproval(run)).toBeUndefined();
    const trail = (await one.getAuditLog('demo'))?.filter(({ description }) =>
      /^(approved|rejected) /.test(description),
    );
    expect(trail).toEqual([expect.objectContaining({ actor: winner?.decidedBy })]);
  });

  test('the next click appends a decision whose process crashed', async () => {
    const { store, run, one, two } = await requestApproval();
    const answer = { run, digest: 'd1', approved: false, decidedBy: testUser, decidedAt: new Date(noon).toISOString() };
    const seq = (await store.readEvents(run)).at(-1)?.seq;
    await store.write('decision', `${run}.${seq}`, answer, undefined);
    expect(await two.decideApproval(run, 'd1', other, true)).toEqual({
      alreadyDecided: 'rejected',
      decidedBy: testUser,
      decidedAt: new Date(noon),
    });
    expect((await store.readEvents(run)).at(-1)?.event).toEqual({
      type: 'approval.rejected',
      digest: 'd1',
      actor: testUser,
    });
    expect(await one.getPendingApproval(run)).toBeUndefined();
  });

  const finished: EngineEvent = { type: 'run.finished', outcome: 'cancelled' };
  test.each([
    ['after its time', [], 'd1', 61_000, { invalidReason: 'expired' }],
    ['at the very end of its time', [], 'd1', 60_000, { invalidReason: 'expired' }],
    ['on a question that another took the place of', [question('d2')], 'd1', 0, { invalidReason: 'superseded' }],
    ['of a run that is over', [finished], 'd1', 0, { invalidReason: 'over' }],
    ['with a digest that nobody was shown', [], 'forged', 0, { invalidReason: 'unknown' }],
    ['with the digest of a question to come', [], 'd2', 0, { invalidReason: 'unknown' }],
    [
      'that was rejected',
      [{ type: 'approval.rejected', digest: 'd1', actor: testUser }],
      'd1',
      0,
      { invalidReason: 'superseded' },
    ],
  ] as const)('a press %s changes nothing', async (_, then, digest, passMs, decision) => {
    const { store, run, one } = await requestApproval(...then);
    now += passMs;
    const before = await store.readEvents(run);
    expect(await one.decideApproval(run, digest, other, true)).toEqual(decision);
    expect(await store.readEvents(run)).toEqual(before);
    expect(await store.list('decision')).toEqual([]);
  });

  test('a click for an unknown run has no effect', async () => {
    const { store, one } = await requestApproval();
    expect(await one.decideApproval('no-such-run', 'd1', other, true)).toEqual({ invalidReason: 'unknown' });
    expect(await store.readEvents('no-such-run')).toEqual([]);
    expect(await store.list('decision')).toEqual([]);
  });

  test('an approval does not apply to the next request', async () => {
    const { store, run, one } = await requestApproval();
    expect(await one.decideApproval(run, 'd1', other, true)).toEqual({ decided: 'approved' });
    await store.append(run, [question('d2')]);
    expect((await one.getPendingApproval(run))?.digest).toBe('d2');
    expect(await one.decideApproval(run, 'd1', testUser, true)).toEqual({
      alreadyDecided: 'approved',
      decidedBy: other,
      decidedAt: new Date(noon),
    });
    expect(await one.decideApproval(run, 'd2', testUser, false)).toEqual({ decided: 'rejected' });
  });
}

function question(digest: string): EngineEvent {
  return { type: 'approval.requested', digest, deletions: ['instance demo-worker-0'], expiresAt: soon.toISOString() };
}
