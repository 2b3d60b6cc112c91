import { randomUUID } from 'node:crypto';
import { Firestore } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type FirestoreOptions, type FirestoreStore, openFirestoreStore } from '../../src/store/firestore.ts';
import { documentName } from '../../src/store/firestore-documents.ts';
import { storeContract } from '../contract/store.contract.ts';
import {
  type FirestoreEmulator,
  findFirestoreEmulator,
  startFirestoreEmulator,
} from '../support/firestore-emulator.ts';
import { clusterRecord, runRecord, said } from '../support/store-fixtures.ts';

const jar = findFirestoreEmulator();
const projectId = 'demo-kthw';

describe.skipIf(jar === undefined)('on Google’s emulator', () => {
  let emulator: FirestoreEmulator;
  let raw: Firestore;
  beforeAll(async () => {
    emulator = await startFirestoreEmulator(jar as string);
    raw = new Firestore({ projectId });
  }, 90_000);
  afterAll(async () => {
    await raw.terminate();
    await emulator.stop();
  });

  storeContract('Firestore', async () => {
    const prefix = randomUUID();
    const event = (run: string, seq: number) =>
      raw.doc(`${prefix}-head/${documentName(run)}/events/${String(seq).padStart(12, '0')}`);
    return {
      open: (now) => open({ prefix, ...(now === undefined ? {} : { now }) }),
      spoilRecord: async (kind, id, text) => {
        await raw.doc(`${prefix}-${kind}/${documentName(id)}`).update({ value: text });
      },
      spoilEvent: async (run, seq, text) => {
        await event(run, seq).update({ event: text });
      },
      loseEvent: async (run, seq) => {
        await event(run, seq).delete({ exists: true });
      },
    };
  });

  describe('what it costs', () => {
    test('a record: one read a look, one write a change', async () => {
      const store = await open({ prefix: randomUUID() });
      const version = await store.write('cluster', 'demo', clusterRecord(), undefined);
      await store.read('cluster', 'demo');
      await store.write('cluster', 'demo', clusterRecord({ state: 'ready' }), version);
      expect(store.usage).toEqual({ reads: 1, writes: 2, conflicts: 0 });
    });

    test('a runner’s appends: the events and the head, and no read after the lease', async () => {
      const store = await open({ prefix: randomUUID() });
      const lease = await store.takeLease('r1', 'a', 60_000);
      expect(store.usage).toEqual({ reads: 1, writes: 1, conflicts: 0 });
      for (const line of ['one', 'two', 'three']) await store.append('r1', [said(line)], lease);
      await store.append('r1', [said('four'), said('five')], lease);
      expect(store.usage).toEqual({ reads: 1, writes: 1 + 3 * 2 + 3, conflicts: 0 });
    });

    test('20 appends at once in one process do not collide', async () => {
      const store = await open({ prefix: randomUUID() });
      await Promise.all(Array.from({ length: 20 }, (_, n) => store.append('r1', [said(`${n}`)])));
      expect(store.usage).toEqual({ reads: 1, writes: 40, conflicts: 0 });
    });

    test('the open runs: those that are open, however many there were', async () => {
      const store = await open({ prefix: randomUUID() });
      for (let n = 0; n < 10; n++) await store.write('run', `r${n}`, runRecord({ open: n === 7 }), undefined);
      const before = store.usage.reads;
      expect(await store.openRuns()).toEqual(['r7']);
      expect(store.usage.reads - before).toBe(1);
    });
  });

  test('two prefixes in one database are two stores', async () => {
    const [a, b] = [await open({ prefix: randomUUID() }), await open({ prefix: randomUUID() })];
    await a.write('cluster', 'demo', clusterRecord(), undefined);
    await a.append('r1', [said('one')]);
    expect(await b.list('cluster')).toEqual([]);
    expect(await b.events('r1')).toEqual([]);
  });

  async function open(options: FirestoreOptions): Promise<FirestoreStore> {
    const store = await openFirestoreStore({ projectId, ...options });
    onTestFinished(() => store.close());
    return store;
  }
});
