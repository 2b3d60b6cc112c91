import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openFirestoreStore } from '../../../src/store/firestore/firestore-store.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { markCount } from '../../chaos/phases-without-machines.ts';
import { leaseMs, SharedWorld } from '../../chaos/shared-environment.ts';
import { startCuttingProxy } from '../../support/cutting-proxy.ts';
import {
  type FirestoreEmulator,
  findFirestoreEmulator,
  startFirestoreEmulator,
} from '../../support/firestore-emulator.ts';
import { slowRoad } from '../../support/slow-network.ts';

const deadlineMs = 120_000;
const jar = findFirestoreEmulator();
const everyMark = Array.from({ length: markCount }, (_, n) => `marks/${n}`);
const oneOfEach = {
  'POST /global/networks': 1,
  'POST /global/firewalls': 4,
  'POST /regions/{region}/subnetworks': 1,
  'POST /regions/{region}/addresses': 1,
};

describe('two processes on one SQLite file', () => {
  cases(() => SharedWorld.make(async (folder) => openSqliteStore({ path: join(folder, 'store.sqlite') })));
});

describe.skipIf(jar === undefined)('two processes on one Firestore', () => {
  let emulator: FirestoreEmulator;
  beforeAll(async () => {
    emulator = await startFirestoreEmulator(jar as string);
  }, 90_000);
  afterAll(() => emulator?.stop());

  cases(() => {
    const firestore = { prefix: randomUUID(), deadlineMs: 20_000, requestTimeoutMs: 8_000 };
    return SharedWorld.make(() => openFirestoreStore({ projectId: 'demo-kthw', ...firestore }), firestore);
  });

  test('survive that it is away for longer than a lease and than any call waits', { timeout: deadlineMs }, async () => {
    const proxy = await startCuttingProxy(emulator.host);
    onTestFinished(() => proxy.stop());
    const firestore = { prefix: randomUUID(), deadlineMs: 1_000, requestTimeoutMs: 500 };
    const open = () => openFirestoreStore({ projectId: 'demo-kthw', prefix: firestore.prefix });
    const shared = await SharedWorld.make(open, firestore, { FIRESTORE_EMULATOR_HOST: proxy.host });
    onTestFinished(() => shared.close());
    const run = await shared.create();
    const instances = [await shared.join(), await shared.join()];
    await until(() => shared.marks().length > 1);
    // What is asked still arrives, what is answered does not: nobody knows what was written.
    proxy.hold();
    await until(() => instances.some((instance) => shared.said(instance).some((line) => line.includes('put down'))));
    await sleep(3 * leaseMs);
    proxy.cut();
    await until(() => shared.isOver(run));
    await expectDoneOnce(shared, run);
    // Being put down in the middle of a step is no fault of the step's.
    const faults = (await shared.events(run)).flatMap((event) => (event.type === 'step.failed' ? [event.error] : []));
    expect(faults.filter(({ kind }) => kind !== 'cancelled')).toEqual([]);
  });
});

function cases(make: () => Promise<SharedWorld>): void {
  async function environment(): Promise<SharedWorld> {
    const made = await make();
    onTestFinished(() => made.close());
    return made;
  }

  test('carry the same run forward, each step once', { timeout: deadlineMs }, async () => {
    const shared = await environment();
    const run = await shared.create();
    await Promise.all([shared.join(), shared.join()]);
    await until(() => shared.isOver(run));
    await expectDoneOnce(shared, run);
    expect(shared.inserts()).toEqual(oneOfEach);
  });

  test('go on where one was killed', { timeout: deadlineMs }, async () => {
    const shared = await environment();
    shared.stopAt('marks/2:after-call');
    const run = await shared.create();
    const first = await shared.join();
    const second = await shared.join();
    const victim = await stopped(shared, [first, second]);
    victim.kill('SIGKILL');
    await until(() => shared.isOver(run));
    await expectDoneOnce(shared, run);
    const pids = new Set(shared.marks().map((line) => line.split(' ')[1]));
    expect(pids.size).toBe(2);
  });

  test('one that slept past its lease writes nothing when it wakes', { timeout: deadlineMs }, async () => {
    const shared = await environment();
    shared.stopAt('marks/2:after-call');
    const run = await shared.create();
    const sleeper = await shared.join();
    await stopped(shared, [sleeper]);
    const other = await shared.join();
    await until(() => shared.isOver(run));
    const before = await shared.events(run);
    sleeper.kill('SIGCONT');
    await until(() => shared.said(sleeper).includes(`put down ${run}: lost`));
    await until(() => shared.said(other).includes(`put down ${run}: over`));
    expect(await shared.events(run)).toEqual(before);
    expect(before.filter(({ type }) => type === 'run.claimed').length).toBeGreaterThan(1);
    await expectDoneOnce(shared, run);
  });

  // Nothing can call a request back. Its id was stored before it was sent, and whoever comes next uses the same.
  test('a call that is still on its way when another has the run makes nothing twice', {
    timeout: deadlineMs,
  }, async () => {
    const { shared, run, sleeper, road } = await takenOverDuringACall();
    await road.release();
    sleeper.kill('SIGCONT');
    await until(() => shared.said(sleeper).includes(`put down ${run}: lost`));
    expect(shared.inserts()['POST /global/networks']).toBe(2);
    expect(await shared.operations('global', 'insert', 'networks/demo')).toBe(1);
    await expectDoneOnce(shared, run);
  });

  test('nor does it bring back what was deleted meanwhile', { timeout: deadlineMs }, async () => {
    const { shared, run, sleeper, road } = await takenOverDuringACall();
    const deleting = await shared.delete();
    await until(() => shared.isOver(deleting));
    await road.release();
    sleeper.kill('SIGCONT');
    await until(() => shared.said(sleeper).includes(`put down ${run}: lost`));
    expect(shared.inserts()['POST /global/networks']).toBe(2);
    const response = await fetch(`${shared.cloud.url}/compute/v1/projects/kthw-local/global/networks/demo`);
    expect(response.status).toBe(404);
  });

  async function takenOverDuringACall() {
    const shared = await environment();
    const road = await slowRoad(shared.cloud.url, 'POST /global/networks');
    onTestFinished(() => road.close());
    const run = await shared.create();
    const sleeper = await shared.join(road.url);
    await road.held;
    await shared.suspend(sleeper);
    await shared.join();
    await until(() => shared.isOver(run));
    return { shared, run, sleeper, road };
  }
}

async function expectDoneOnce(shared: SharedWorld, run: string): Promise<void> {
  const events = await shared.events(run);
  expect(events.filter(({ type }) => type === 'run.finished')).toEqual([
    { type: 'run.finished', outcome: 'succeeded' },
  ]);
  const finished = events.flatMap((event) => (event.type === 'step.finished' ? [event.step] : []));
  expect(finished.toSorted()).toEqual([...new Set(finished)].toSorted());
  expect(finished).toEqual(expect.arrayContaining([...everyMark, 'network/vpc', 'network/subnet', 'static-ip/api']));
  expect(shared.marks().map((line) => line.split(' ')[0])).toEqual(everyMark);
}

async function stopped(shared: SharedWorld, instances: Awaited<ReturnType<SharedWorld['join']>>[]) {
  await until(() => instances.some((instance) => shared.isStopped(instance)));
  return instances.find((instance) => shared.isStopped(instance)) ?? (instances[0] as (typeof instances)[number]);
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  await vi.waitFor(async () => expect(await condition()).toBe(true), { timeout: deadlineMs, interval: 100 });
}
