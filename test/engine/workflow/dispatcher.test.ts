import { describe, expect, test } from 'vitest';
import { createInProcessDispatcher } from '../../../src/engine/workflow/dispatcher.ts';
import type { RunnerExit } from '../../../src/engine/workflow/runner.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { clusterRecord, runRecord } from '../../support/store-fixtures.ts';

describe('the in-process dispatcher', () => {
  test('executes a woken run, and each run once at a time', async () => {
    const fixture = createFixture();
    fixture.dispatcher.wake('r1');
    fixture.dispatcher.wake('r2');
    fixture.dispatcher.wake('r1');
    expect(fixture.listRunning()).toEqual(['r1', 'r2']);
    await fixture.end('r1', 'completed');
    expect(fixture.executedRuns).toEqual(['r1', 'r2', 'r1']);
  });

  test.each<[RunnerExit, number]>([
    ['completed', 1],
    ['waiting', 1],
    ['aborted', 1],
    ['locked', 2],
    ['blocked', 2],
    ['leaseLost', 2],
  ])('executes a run that exited as %s %i times in all', async (end, times) => {
    const fixture = createFixture();
    fixture.dispatcher.wake('r1');
    await fixture.end('r1', end);
    await fixture.pass(2_500);
    expect(fixture.executedRuns).toEqual(Array(times).fill('r1'));
  });

  test('executes a waiting run again after a minute, because its approval request may have expired', async () => {
    const fixture = createFixture();
    fixture.dispatcher.wake('r1');
    await fixture.end('r1', 'waiting');
    await fixture.pass(59_999);
    expect(fixture.executedRuns).toEqual(['r1']);
    await fixture.pass(2);
    expect(fixture.executedRuns).toEqual(['r1', 'r1']);
  });

  test('does not execute a completed run again', async () => {
    const fixture = createFixture();
    fixture.dispatcher.wake('r1');
    await fixture.end('r1', 'completed');
    await fixture.pass(120_000);
    expect(fixture.executedRuns).toEqual(['r1']);
  });

  test('retries a run after an internal error and logs it', async () => {
    const fixture = createFixture();
    fixture.dispatcher.wake('r1');
    await fixture.end('r1', new Error('the store does not answer'));
    await fixture.pass(2_500);
    expect(fixture.executedRuns).toEqual(['r1', 'r1']);
    expect(fixture.logged).toEqual(['run failed with an internal error; retrying']);
  });

  test('retries a locked run once, however often it is woken', async () => {
    const fixture = createFixture();
    for (let i = 0; i < 5; i++) {
      fixture.dispatcher.wake('r1');
      await fixture.end('r1', 'locked');
    }
    await fixture.pass(2_500);
    expect(fixture.executedRuns.length).toBe(6);
    await fixture.end('r1', 'locked');
    expect(fixture.executedRuns.length).toBe(6);
    await fixture.pass(2_500);
    expect(fixture.executedRuns.length).toBe(7);
  });

  test('executes all open runs and all active runs of clusters at start, oldest first', async () => {
    const fixture = createFixture();
    await fixture.store.write('run', 'r3', runRecord(), undefined);
    await fixture.store.write('run', 'r1', runRecord({ cluster: 'one' }), undefined);
    await fixture.store.write('run', 'r2', runRecord({ cluster: 'two', open: false }), undefined);
    await fixture.store.write('run', 'r0', runRecord({ cluster: 'zero', open: false }), undefined);
    await fixture.store.write('cluster', 'two', clusterRecord({ activeRun: 'r2', runs: ['r2'] }), undefined);
    await fixture.store.write('cluster', 'zero', clusterRecord({ runs: ['r0'] }), undefined);
    await fixture.dispatcher.start();
    expect(fixture.executedRuns).toEqual(['r1', 'r2', 'r3']);
    expect((await fixture.store.read('run', 'r2'))?.value.open).toBe(true);
    expect((await fixture.store.read('run', 'r0'))?.value.open).toBe(false);
  });

  test('aborts all runs when stopped, and starts no more', async () => {
    const fixture = createFixture();
    fixture.dispatcher.wake('r1');
    fixture.dispatcher.wake('r2');
    await fixture.end('r2', 'locked');
    const stopping = fixture.dispatcher.stop();
    expect(fixture.signals.every((signal) => signal.aborted)).toBe(true);
    await fixture.end('r1', 'aborted');
    await stopping;
    fixture.dispatcher.wake('r3');
    await fixture.pass(10_000);
    expect(fixture.executedRuns).toEqual(['r1', 'r2']);
  });
});

/** A dispatcher whose runs end when the test says so. */
function createFixture() {
  const clock = new FakeClock();
  const store = openSqliteStore({ path: ':memory:' });
  const executedRuns: string[] = [];
  const signals: AbortSignal[] = [];
  const logged: string[] = [];
  const ends = new Map<string, (end: RunnerExit | Error) => void>();
  const dispatcher = createInProcessDispatcher({
    store,
    clock,
    log: (_, message) => void logged.push(message),
    executeRun(run, signal) {
      executedRuns.push(run);
      signals.push(signal);
      return new Promise((resolve, reject) => {
        ends.set(run, (end) => (end instanceof Error ? reject(end) : resolve(end)));
      });
    },
  });
  const pass = (ms: number) => clock.sleep(ms, new AbortController().signal);
  return {
    dispatcher,
    store,
    executedRuns,
    signals,
    logged,
    pass,
    listRunning: () => [...ends.keys()],
    async end(run: string, as: RunnerExit | Error) {
      ends.get(run)?.(as);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
