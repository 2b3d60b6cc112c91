import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openFirestoreStore } from '../../src/store/firestore/firestore-store.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { type Store, StoreUnavailable } from '../../src/store/store.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import {
  type FirestoreEmulator,
  findFirestoreEmulator,
  startFirestoreEmulator,
} from '../support/firestore-emulator.ts';
import { clusterRecord, stepLogged } from '../support/store-fixtures.ts';

/** All calls, so that none fails with another error or hangs. */
const calls: readonly (readonly [string, (store: Store) => Promise<unknown>])[] = [
  ['read', (store) => store.read('cluster', 'demo')],
  ['write', (store) => store.write('cluster', 'demo', clusterRecord(), undefined)],
  ['remove', (store) => store.remove('cluster', 'demo')],
  ['list', (store) => store.list('cluster')],
  ['listPage', (store) => store.listPage('cluster', { limit: 1 })],
  ['listActiveClusters', (store) => store.listActiveClusters()],
  ['listOpenRuns', (store) => store.listOpenRuns()],
  ['acquireLease', (store) => store.acquireLease('r1', 'a', 1_000)],
  ['append', (store) => store.append('r1', [stepLogged('one')])],
  ['readEvents', (store) => store.readEvents('r1')],
];

describe('a locked SQLite file', () => {
  const writes = calls.filter(([name]) => ['write', 'remove', 'acquireLease', 'append'].includes(name));

  test.each(writes)('is unavailable for %s until unlocked', async (_, call) => {
    const folder = mkdtempSync(join(tmpdir(), 'kthw-away-'));
    const path = join(folder, 'kthw.sqlite');
    const store = openSqliteStore({ path, busyTimeoutMs: 50 });
    const other = new DatabaseSync(path);
    onTestFinished(async () => {
      other.close();
      await store.close();
      rmSync(folder, { recursive: true });
    });
    other.exec('BEGIN IMMEDIATE');
    await expect(call(store)).rejects.toThrow(StoreUnavailable);
    other.exec('ROLLBACK');
    await call(store);
  });
});

const jar = findFirestoreEmulator();

describe.skipIf(jar === undefined)('an unresponsive Firestore', () => {
  let emulator: FirestoreEmulator;
  beforeAll(async () => {
    emulator = await startFirestoreEmulator(jar as string);
  }, 90_000);
  afterAll(() => emulator?.stop());

  test.each(calls)('is unavailable for %s until it responds', async (name, call) => {
    const { store, proxy } = await behindProxy({ deadlineMs: 300, requestTimeoutMs: 150 });
    await answers(() => store.listOpenRuns());
    proxy.hold();
    await expect(call(store)).rejects.toThrow(StoreUnavailable);
    proxy.cut();
    // A write with a lost response may have succeeded; repeating it is then rejected.
    await answers(name === 'write' ? () => store.list('cluster') : () => call(store));
  });

  test('is tolerated within a call’s deadline', async () => {
    const { store, proxy } = await behindProxy({ deadlineMs: 20_000, requestTimeoutMs: 300 });
    const lease = await store.acquireLease('r1', 'a', 60_000);
    proxy.hold();
    const waiting = [
      store.append('r1', [stepLogged('one')], lease),
      store.read('cluster', 'demo'),
      store.readEvents('r2'),
    ];
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    proxy.cut();
    expect(await Promise.all(waiting)).toEqual([1, undefined, []]);
    expect((await store.readEvents('r1')).map(({ event }) => event)).toEqual([stepLogged('one')]);
  });

  /** The first connection, and each after a cut, takes its time. */
  async function answers(call: () => Promise<unknown>): Promise<void> {
    await vi.waitFor(call, { timeout: 20_000 });
  }

  async function behindProxy(times: { deadlineMs: number; requestTimeoutMs: number }) {
    const proxy = await startCuttingProxy(emulator.host);
    process.env.FIRESTORE_EMULATOR_HOST = proxy.host;
    const store = await openFirestoreStore({ projectId: 'demo-kthw', prefix: randomUUID(), ...times });
    onTestFinished(async () => {
      process.env.FIRESTORE_EMULATOR_HOST = emulator.host;
      await store.close();
      await proxy.stop();
    });
    return { store, proxy };
  }
});
