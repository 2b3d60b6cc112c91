import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Firestore } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { toDocumentName } from '../../../src/store/firestore/firestore-documents.ts';
import {
  type FirestoreOptions,
  type FirestoreStore,
  openFirestoreStore,
} from '../../../src/store/firestore/firestore-store.ts';
import { openFileKeyring } from '../../../src/store/vault/file-keyring.ts';
import { storeContract } from '../../contract/store.contract.ts';
import { vaultContract } from '../../contract/vault.contract.ts';
import { type CuttingProxy, startCuttingProxy } from '../../support/cutting-proxy.ts';
import {
  type FirestoreEmulator,
  findFirestoreEmulator,
  startFirestoreEmulator,
} from '../../support/firestore-emulator.ts';
import { clusterRecord, runRecord, stepLogged } from '../../support/store-fixtures.ts';

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
      raw.doc(`${prefix}-streamPosition/${toDocumentName(run)}/events/${String(seq).padStart(12, '0')}`);
    return {
      open: (now) => open({ prefix, ...(now === undefined ? {} : { now }) }),
      spoilRecord: async (kind, id, text) => {
        await raw.doc(`${prefix}-${kind}/${toDocumentName(id)}`).update({ value: text });
      },
      spoilEvent: async (run, seq, text) => {
        await event(run, seq).update({ event: text });
      },
      loseEvent: async (run, seq) => {
        await event(run, seq).delete({ exists: true });
      },
    };
  });

  vaultContract('Firestore', async () => {
    const prefix = randomUUID();
    const folder = mkdtempSync(join(tmpdir(), 'kthw-vault-key-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return { keyring: openFileKeyring(join(folder, 'kthw.key')), open: () => open({ prefix }) };
  });

  describe('a lost response after a commit', () => {
    test('does not write events twice', async () => {
      const { store, prefix, proxy } = await behindProxy();
      const lease = await store.acquireLease('r1', 'a', 60_000);
      await store.append('r1', [stepLogged('one')], lease);
      proxy.hold();
      const append = store.append('r1', [stepLogged('two'), stepLogged('three')], lease);
      await there(`${prefix}-streamPosition/r1/events/000000000003`);
      proxy.cut();
      expect(await append).toBe(3);
      expect(store.usage.conflicts).toBeGreaterThan(0);
      expect(await store.append('r1', [stepLogged('four')], lease)).toBe(4);
      expect((await store.readEvents('r1')).map(({ event }) => event)).toEqual(
        ['one', 'two', 'three', 'four'].map(stepLogged),
      );
    });

    test('is distinguished from concurrent events', async () => {
      const prefix = randomUUID();
      const other = await open({ prefix });
      const { store, proxy } = await behindProxy(prefix);
      await store.append('r1', [stepLogged('one')]);
      proxy.hold();
      const append = store.append('r1', [stepLogged('two')]);
      await there(`${prefix}-streamPosition/r1/events/000000000002`);
      expect(await other.append('r1', [stepLogged('three')])).toBe(3);
      proxy.cut();
      expect(await append).toBe(2);
      expect((await store.readEvents('r1')).map(({ event }) => event)).toEqual(['one', 'two', 'three'].map(stepLogged));
    });

    test('does not cause a StaleVersion', async () => {
      const { store, prefix, proxy } = await behindProxy();
      await store.list('cluster');
      proxy.hold();
      const create = store.write('cluster', 'demo', clusterRecord(), undefined);
      await there(`${prefix}-cluster/demo`);
      proxy.cut();
      const version = await create;
      expect(store.usage.conflicts).toBeGreaterThan(0);
      await store.write('cluster', 'demo', clusterRecord({ settledState: 'ready' }), version);
    });
  });

  describe('usage', () => {
    test('a record costs one read per read and one write per write', async () => {
      const store = await open({ prefix: randomUUID() });
      const version = await store.write('cluster', 'demo', clusterRecord(), undefined);
      await store.read('cluster', 'demo');
      await store.write('cluster', 'demo', clusterRecord({ settledState: 'ready' }), version);
      expect(store.usage).toEqual({ reads: 1, writes: 2, conflicts: 0 });
    });

    test('an append costs one write per event and one for the position, without reads after the lease', async () => {
      const store = await open({ prefix: randomUUID() });
      const lease = await store.acquireLease('r1', 'a', 60_000);
      expect(store.usage).toEqual({ reads: 1, writes: 1, conflicts: 0 });
      for (const line of ['one', 'two', 'three']) await store.append('r1', [stepLogged(line)], lease);
      await store.append('r1', [stepLogged('four'), stepLogged('five')], lease);
      expect(store.usage).toEqual({ reads: 1, writes: 1 + 3 * 2 + 3, conflicts: 0 });
    });

    test('20 concurrent appends of one process do not conflict', async () => {
      const store = await open({ prefix: randomUUID() });
      await Promise.all(Array.from({ length: 20 }, (_, n) => store.append('r1', [stepLogged(`${n}`)])));
      expect(store.usage).toEqual({ reads: 1, writes: 40, conflicts: 0 });
    });

    test('listing open runs reads open runs only', async () => {
      const store = await open({ prefix: randomUUID() });
      for (let n = 0; n < 10; n++) await store.write('run', `r${n}`, runRecord({ open: n === 7 }), undefined);
      const before = store.usage.reads;
      expect(await store.listOpenRuns()).toEqual(['r7']);
      expect(store.usage.reads - before).toBe(1);
    });
  });

  test('prefixes separate stores in one database', async () => {
    const [a, b] = [await open({ prefix: randomUUID() }), await open({ prefix: randomUUID() })];
    await a.write('cluster', 'demo', clusterRecord(), undefined);
    await a.append('r1', [stepLogged('one')]);
    expect(await b.list('cluster')).toEqual([]);
    expect(await b.readEvents('r1')).toEqual([]);
  });

  /** A store whose connection to the emulator can be cut at a chosen moment. */
  async function behindProxy(
    prefix: string = randomUUID(),
  ): Promise<{ store: FirestoreStore; prefix: string; proxy: CuttingProxy }> {
    const proxy = await startCuttingProxy(emulator.host);
    process.env.FIRESTORE_EMULATOR_HOST = proxy.host;
    onTestFinished(async () => {
      process.env.FIRESTORE_EMULATOR_HOST = emulator.host;
      await proxy.stop();
    });
    return { store: await open({ prefix }), prefix, proxy };
  }

  async function there(path: string): Promise<void> {
    await vi.waitFor(async () => expect((await raw.doc(path).get()).exists).toBe(true), { timeout: 10_000 });
  }

  async function open(options: FirestoreOptions): Promise<FirestoreStore> {
    const store = await openFirestoreStore({ projectId, ...options });
    onTestFinished(() => store.close());
    return store;
  }
});
