import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openFirestoreStore } from '../../../src/store/firestore/firestore-store.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { markCount } from '../../chaos/phases-without-instances.ts';
import { leaseMs, SharedEnvironment } from '../../chaos/shared-environment.ts';
import { startCuttingProxy } from '../../support/cutting-proxy.ts';
import {
  type FirestoreEmulator,
  findFirestoreEmulator,
  startFirestoreEmulator,
} from '../../support/firestore-emulator.ts';
import { startSlowNetwork } from '../../support/slow-network.ts';

const deadlineMs = 120_000;
const jar = findFirestoreEmulator();
const everyMark = Array.from({ length: markCount }, (_, n) => `marks/${n}`);
const expectedInserts = {
  'POST /global/networks': 1,
  'POST /global/firewalls': 4,
  'POST /regions/{region}/subnetworks': 1,
  'POST /regions/{region}/addresses': 1,
};

describe('two processes on one SQLite file', () => {
  cases(() => SharedEnvironment.make(async (folder) => openSqliteStore({ path: join(folder, 'store.sqlite') })));
});

describe.skipIf(jar === undefined)('two processes on one Firestore', () => {
  let emulator: FirestoreEmulator;
  beforeAll(async () => {
    emulator = await startFirestoreEmulator(jar as string);
  }, 90_000);
  afterAll(() => emulator?.stop());

  cases(() => {
    const firestore = { prefix: randomUUID(), deadlineMs: 20_000, requestTimeoutMs: 8_000 };
    return SharedEnvironment.make(() => openFirestoreStore({ projectId: 'demo-kthw', ...firestore }), firestore);
  });

  test('survive an outage that is longer than a lease and any timeout', { timeout: deadlineMs }, async () => {
    const proxy = await startCuttingProxy(emulator.host);
    onTestFinished(() => proxy.stop());
    const firestore = { prefix: randomUUID(), deadlineMs: 1_000, requestTimeoutMs: 500 };
    const open = () => openFirestoreStore({ projectId: 'demo-kthw', prefix: firestore.prefix });
    const shared = await SharedEnvironment.make(open, firestore, { FIRESTORE_EMULATOR_HOST: proxy.host });
    onTestFinished(() => shared.close());
    const run = await shared.create();
    const instances = [await shared.join(), await shared.join()];
    await until(() => shared.marks().length > 1);
    // Requests arrive, and responses are lost: the outcome of writes is unknown.
    proxy.hold();
    await until(() =>
      instances.some((instance) => shared.getLogLines(instance).some((line) => line.includes('exited'))),
    );
    await sleep(3 * leaseMs);
    proxy.cut();
    await until(() => shared.isFinished(run));
    await expectDoneOnce(shared, run);
    // An aborted run does not fail its step.
    const faults = (await shared.events(run)).flatMap((event) => (event.type === 'step.failed' ? [event.error] : []));
    expect(faults.filter(({ kind }) => kind !== 'cancelled')).toEqual([]);
  });
});

function cases(make: () => Promise<SharedEnvironment>): void {
  async function createEnvironment(): Promise<SharedEnvironment> {
    const environment = await make();
    onTestFinished(() => environment.close());
    return environment;
  }

  test('execute one run together, each step once', { timeout: deadlineMs }, async () => {
    const shared = await createEnvironment();
    const run = await shared.create();
    await Promise.all([shared.join(), shared.join()]);
    await until(() => shared.isFinished(run));
    await expectDoneOnce(shared, run);
    expect(shared.countInserts()).toEqual(expectedInserts);
  });

  test('resume after one was killed', { timeout: deadlineMs }, async () => {
    const shared = await createEnvironment();
    shared.stopAt('marks/2:after-call');
    const run = await shared.create();
    const first = await shared.join();
    const second = await shared.join();
    const killedProcess = await waitForSuspended(shared, [first, second]);
    killedProcess.kill('SIGKILL');
    await until(() => shared.isFinished(run));
    await expectDoneOnce(shared, run);
    const pids = new Set(shared.marks().map((line) => line.split(' ')[1]));
    expect(pids.size).toBe(2);
  });

  test('a process whose lease expired writes nothing when it resumes', { timeout: deadlineMs }, async () => {
    const shared = await createEnvironment();
    shared.stopAt('marks/2:after-call');
    const run = await shared.create();
    const suspendedProcess = await shared.join();
    await waitForSuspended(shared, [suspendedProcess]);
    const other = await shared.join();
    await until(() => shared.isFinished(run));
    const before = await shared.events(run);
    suspendedProcess.kill('SIGCONT');
    await until(() => shared.getLogLines(suspendedProcess).includes(`run ${run} exited: leaseLost`));
    await until(() => shared.getLogLines(other).includes(`run ${run} exited: completed`));
    expect(await shared.events(run)).toEqual(before);
    expect(before.filter(({ type }) => type === 'run.claimed').length).toBeGreaterThan(1);
    await expectDoneOnce(shared, run);
  });

  // The request ID was stored before the request, and the next process reuses it.
  test('a request in flight during a takeover creates nothing twice', {
    timeout: deadlineMs,
  }, async () => {
    const { shared, run, suspendedProcess, slowNetwork } = await takenOverDuringACall();
    await slowNetwork.release();
    suspendedProcess.kill('SIGCONT');
    await until(() => shared.getLogLines(suspendedProcess).includes(`run ${run} exited: leaseLost`));
    expect(shared.countInserts()['POST /global/networks']).toBe(2);
    expect(await shared.operations('global', 'insert', 'networks/demo')).toBe(1);
    await expectDoneOnce(shared, run);
  });

  test('a request in flight during a delete recreates nothing', { timeout: deadlineMs }, async () => {
    const { shared, run, suspendedProcess, slowNetwork } = await takenOverDuringACall();
    const deleting = await shared.delete();
    await until(() => shared.isFinished(deleting));
    await slowNetwork.release();
    suspendedProcess.kill('SIGCONT');
    await until(() => shared.getLogLines(suspendedProcess).includes(`run ${run} exited: leaseLost`));
    expect(shared.countInserts()['POST /global/networks']).toBe(2);
    const response = await shared.fetchCompute('global/networks/demo');
    expect(response.status).toBe(404);
  });

  async function takenOverDuringACall() {
    const shared = await createEnvironment();
    const slowNetwork = await startSlowNetwork(shared.cloud.url, 'POST /global/networks');
    onTestFinished(() => slowNetwork.close());
    const run = await shared.create();
    const suspendedProcess = await shared.join(slowNetwork.url);
    await slowNetwork.requestHeld;
    await shared.suspend(suspendedProcess);
    await shared.join();
    await until(() => shared.isFinished(run));
    return { shared, run, suspendedProcess, slowNetwork };
  }
}

async function expectDoneOnce(shared: SharedEnvironment, run: string): Promise<void> {
  const events = await shared.events(run);
  expect(events.filter(({ type }) => type === 'run.finished')).toEqual([
    { type: 'run.finished', outcome: 'succeeded' },
  ]);
  const finished = events.flatMap((event) => (event.type === 'step.finished' ? [event.step] : []));
  expect(finished.toSorted()).toEqual([...new Set(finished)].toSorted());
  expect(finished).toEqual(expect.arrayContaining([...everyMark, 'network/vpc', 'network/subnet', 'static-ip/api']));
  expect(shared.marks().map((line) => line.split(' ')[0])).toEqual(everyMark);
}

async function waitForSuspended(
  shared: SharedEnvironment,
  instances: Awaited<ReturnType<SharedEnvironment['join']>>[],
) {
  await until(() => instances.some((instance) => shared.isStopped(instance)));
  return instances.find((instance) => shared.isStopped(instance)) ?? (instances[0] as (typeof instances)[number]);
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  await vi.waitFor(async () => expect(await condition()).toBe(true), { timeout: deadlineMs, interval: 100 });
}
