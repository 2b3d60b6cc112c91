import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { operations } from '../../../src/engine/phases/operations.ts';
import { createEngine, type EngineOptions } from '../../../src/engine/service/create-engine.ts';
import { definePhase } from '../../../src/engine/steps/cluster-step.ts';
import { createInProcessDispatcher } from '../../../src/engine/workflow/dispatcher.ts';
import { markPresent } from '../../../src/engine/workflow/observation.ts';
import { executeRun, type RunnerOptions } from '../../../src/engine/workflow/runner.ts';
import { stepHandle } from '../../../src/engine/workflow/step-handle.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { StoreUnavailable } from '../../../src/store/store.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { clusterRecord, runRecord, specOf } from '../../support/store-fixtures.ts';
import { createStoreWithOutages, type StoreWithOutages } from '../../support/store-with-outages.ts';

const requester = { team: 'T1', user: 'U1' };
/** Retries wait milliseconds. Leases and approvals last as long as in real time. */
const speedup = 400;
const clock = new FakeClock({ speedup });
const spec = specOf({ version: '1.34.10', forceSize: true });

/** Before the dispatcher has the run. */
const callsOfCreate = 6;
/** More than any of these operations makes. */
const everyCall = Array.from({ length: 14 }, (_, n) => n);
const outages = everyCall.flatMap((call) => (['before', 'after'] as const).map((when) => [call, when] as const));

test.each(outages)(
  'a create during a store outage (call %i, %s its effect) leaves no run that is never executed',
  async (call, when) => {
    const store = openStore();
    const { clusterService, claimed } = engineOn(store);
    store.failAt(call, when);
    const answer = await clusterService
      .createCluster({ spec, requester, channel: 'C1' })
      .catch((error: unknown) => error);
    if (call < callsOfCreate) expect(answer).toBeInstanceOf(StoreUnavailable);
    store.recover();
    await until(async () => isCarried(await holding(store), claimed));
    // Asked again it is refused because it runs, or it starts.
    const again = await clusterService.createCluster({ spec, requester, channel: 'C1' });
    const held = await holding(store);
    expect('activeRun' in again ? again.activeRun.run : 'run' in again && again.run).toBe(held);
    await until(async () => claimed.includes(held ?? ''));
  },
);

test.each(outages)(
  'a resume during a store outage (call %i, %s its effect) can be requested again, or continues',
  async (call, when) => {
    const store = openStore();
    await store.write('run', 'r1', runRecord({ open: false, spec }), undefined);
    await store.write('cluster', 'demo', clusterRecord({ settledState: 'failed', runs: ['r1'], spec }), undefined);
    await store.append('r1', [
      { type: 'run.requested', operation: 'create', actor: requester },
      { type: 'step.started', step: 'network/vpc', attempt: 1, requestId: randomUUID() },
      { type: 'run.finished', outcome: 'failed' },
    ]);
    const { clusterService, claimed } = engineOn(store);
    store.failAt(call, when);
    await clusterService
      .resumeRun('demo', requester)
      .catch((error: unknown) => expect(error).toBeInstanceOf(StoreUnavailable));
    store.recover();
    await until(async () => isCarried(await holding(store), claimed));
    await clusterService.resumeRun('demo', requester);
    await until(async () => claimed.includes('r1'));
  },
);

const phases = [
  definePhase({
    name: 'toy',
    title: 'Toy',
    chapter: 1,
    steps: () =>
      ['a', 'b', 'c'].map((name, n, all) => ({
        handle: stepHandle(`toy/${name}`),
        title: name,
        dependsOn: all.slice(0, n).map((each) => stepHandle(`toy/${each}`)),
        // Reads and writes the store within the step too, as a step does that needs a secret.
        observe: async ({ vault }) => ((await vault.get(name)) ? markPresent() : { status: 'absent' }),
        apply: async ({ vault }) => void (await vault.getOrCreate(name, () => ({}) as never)),
      })),
  }),
];

test('a run completes after a store outage at any call, and applies nothing twice', async () => {
  let call = 0;
  for (let met = true; met; call++) {
    for (const when of ['before', 'after'] as const) {
      for (const awayMs of [0, longMs]) met = await survives(call, when, awayMs);
    }
  }
  // Each step writes that it began and that it ended, and looks before and after.
  expect(call).toBeGreaterThan(20);
});

/** Longer than it takes to put the run down and to try again. */
const longMs = 20;

/** Answers whether the run came to that call at all. */
async function survives(call: number, when: 'before' | 'after', awayMs: number): Promise<boolean> {
  const store = openStore();
  await store.write('run', 'r1', runRecord({ spec }), undefined);
  await store.write('cluster', 'demo', clusterRecord({ activeRun: 'r1', runs: ['r1'] }), undefined);
  const made: string[] = [];
  const options = runnerOn(store, made);
  const dispatcher = createInProcessDispatcher({
    ...{ store, log: () => {}, clock, retryDelayMs: 5 },
    executeRun: (run, signal) => executeRun(run, options, signal),
  });
  let away = 0;
  store.failAt(call, when, () => {
    away++;
    if (awayMs === 0) store.recover();
    else setTimeout(() => store.recover(), awayMs);
  });
  dispatcher.wake('r1');
  await until(async () => (await store.inner.read('run', 'r1'))?.value.open === false);
  await dispatcher.stop();
  const events = (await store.inner.readEvents('r1')).map(({ event }) => event);
  expect(events.filter(({ type }) => type === 'run.finished')).toEqual([
    { type: 'run.finished', outcome: 'succeeded' },
  ]);
  expect(events.filter(({ type }) => type === 'step.failed')).toEqual([]);
  expect(made).toEqual(['a', 'b', 'c']);
  return away > 0;
}

function runnerOn(store: StoreWithOutages, made: string[]): RunnerOptions {
  const vault = {
    get: async (path: string) => {
      await store.read('secret', path);
      return made.includes(path) ? {} : undefined;
    },
    getOrCreate: async (path: string) => {
      await store.read('secret', path);
      made.push(path);
    },
  };
  return {
    ...{
      store,
      phases,
      clock,
      operations,
      leaseOwner: 'me',
      random: Math.random,
      leaseMs: 60_000 * speedup,
      approvalMs: 60_000 * speedup,
    },
    wake: () => {},
    openResources: async () => ({
      vault: { readOutputs: async () => ({}), saveOutputs: async () => {} },
      clients: { vault } as never,
      close: async () => {},
    }),
    onEventsAppended: () => {},
    log: () => {},
    killPoint: () => {},
  };
}

const untouched: unknown = {};

/** An engine whose dispatcher notes which open runs it was given, instead of carrying them forward. */
function engineOn(store: StoreWithOutages) {
  const claimed: string[] = [];
  const { clusterService } = createEngine({
    ...{
      store,
      clock,
      leaseOwner: 'me',
      mirror: undefined,
      downloads: undefined,
      onEventsAppended: () => {},
      log: () => {},
    },
    ...(untouched as Pick<EngineOptions, 'vaults' | 'compute' | 'kube' | 'createSshClient'>),
    createDispatcher: (parts) =>
      createInProcessDispatcher({
        ...parts,
        executeRun: async (run) => {
          if ((await store.read('run', run))?.value.open) claimed.push(run);
          return 'completed';
        },
      }),
  });
  return { clusterService, claimed };
}

async function holding(store: StoreWithOutages): Promise<string | undefined> {
  return (await store.read('cluster', 'demo'))?.value.activeRun;
}

/** Nothing holds the cluster, or what does was given to the dispatcher. */
function isCarried(held: string | undefined, claimed: readonly string[]): boolean {
  return held === undefined || claimed.includes(held);
}

async function until(condition: () => Promise<unknown>): Promise<void> {
  await vi.waitFor(async () => expect(await condition()).toBe(true), { timeout: 20_000, interval: 2 });
}

function openStore(): StoreWithOutages {
  const store = openSqliteStore({ path: ':memory:' });
  onTestFinished(() => store.close());
  return createStoreWithOutages(store);
}
