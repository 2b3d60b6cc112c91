import { describe, expect, test } from 'vitest';
import { defaultVersion } from '../../../src/engine/cluster/default-version.ts';
import { buildRunView } from '../../../src/engine/service/run-view.ts';
import type { EngineEvent } from '../../../src/store/events.ts';
import { atSecond, buildPhase, buildStep, buildStepError, dependOn, toStoredEvents } from '../../fixtures/plan.ts';
import { runRecord, specOf } from '../../support/store-fixtures.ts';

const requestId = '9d3b1b1e-6a1d-4d83-8d7c-2b9e2f0a7c11';
const phases = [
  buildPhase('net', [buildStep('net/1'), buildStep('net/2')]),
  buildPhase('machine', [buildStep('machine/1', dependOn('net/1', 'net/2'))]),
];

function view(...events: readonly EngineEvent[]) {
  return buildRunView(
    'r1',
    runRecord({ spec: { ...specOf(), version: defaultVersion } }),
    phases,
    toStoredEvents(...events),
  );
}
function net(...events: readonly EngineEvent[]) {
  return view(...events).phases[0];
}
const started = (step: string): EngineEvent => ({ type: 'step.started', step, attempt: 1, requestId });
const finished = (step: string): EngineEvent => ({ type: 'step.finished', step, outcome: 'applied', outputs: [] });
const failed = (step: string, again = false): EngineEvent => ({
  type: 'step.failed',
  step,
  error: buildStepError({ message: `${step} failed` }),
  ...(again ? { retryAt: atSecond(60).toISOString() } : {}),
});
const postponed = (step: string): EngineEvent => ({
  type: 'step.deferred',
  step,
  error: buildStepError({ kind: 'deferred' }),
});
const conflicted = (step: string): EngineEvent => ({
  type: 'step.conflicted',
  step,
  differences: [{ field: 'range', desired: 'a', actual: 'b' }],
});

describe('the view of a phase', () => {
  test.each<[string, readonly EngineEvent[], object]>([
    ['waits', [], { state: 'pending', done: 0, total: 2 }],
    [
      'is running with a step',
      [started('net/1')],
      { state: 'running', done: 0, startedAt: atSecond(1), note: 'title of net/1' },
    ],
    ['says how many steps run', [started('net/1'), started('net/2')], { note: 'title of net/1 and 1 more' }],
    ['runs between two steps', [started('net/1'), finished('net/1')], { state: 'running', done: 1 }],
    [
      'is done after all steps',
      [started('net/1'), finished('net/1'), started('net/2'), finished('net/2')],
      { state: 'done', done: 2, startedAt: atSecond(1), finishedAt: atSecond(4) },
    ],
    ['tries again', [started('net/1'), failed('net/1', true)], { state: 'retrying', note: 'net/1 failed' }],
    [
      'is running again on retry',
      [started('net/1'), failed('net/1', true), started('net/1')],
      { state: 'running', note: 'title of net/1' },
    ],
    [
      'has failed',
      [started('net/1'), failed('net/1'), started('net/2'), finished('net/2')],
      { state: 'failed', note: 'net/1 failed', done: 1 },
    ],
    ['conflicts', [started('net/1'), conflicted('net/1')], { state: 'conflicted' }],
    ['is postponed once the rest is done', [postponed('net/1'), finished('net/2')], { state: 'deferred', done: 1 }],
    ['runs on beside what is postponed', [postponed('net/1')], { state: 'running' }],
  ])('%s', (_, events, seen) => {
    expect(net(...events)).toMatchObject(seen);
  });

  test('has no end before it finished', () => {
    expect(net(started('net/1'), finished('net/1'))).not.toHaveProperty('finishedAt');
    expect(net(started('net/1'), failed('net/1', true))).not.toHaveProperty('finishedAt');
  });
});

describe('the view of a run', () => {
  test('lists every step with phase and dependencies', () => {
    expect(view().steps).toEqual({
      'net/1': { title: 'title of net/1', phase: 'net', dependsOn: [] },
      'net/2': { title: 'title of net/2', phase: 'net', dependsOn: [] },
      'machine/1': { title: 'title of machine/1', phase: 'machine', dependsOn: ['net/1', 'net/2'] },
    });
  });

  test('lists problems in plan order with their causes', () => {
    const { problems } = view(conflicted('machine/1'), failed('net/2'), postponed('net/1'));
    expect(problems).toEqual([
      { step: 'net/1', error: buildStepError({ kind: 'deferred' }) },
      { step: 'net/2', error: buildStepError({ message: 'net/2 failed' }) },
      { step: 'machine/1', differences: [{ field: 'range', desired: 'a', actual: 'b' }] },
    ]);
  });

  test('has no problem while a step retries', () => {
    expect(view(started('net/1'), failed('net/1', true)).problems).toEqual([]);
  });

  test('ends with its outcome and reopens on resume', () => {
    const over = view({ type: 'run.finished', outcome: 'failed' });
    expect(over).toMatchObject({ outcome: 'failed', finishedAt: atSecond(1), lastSeq: 1 });
    const open = view(
      { type: 'run.finished', outcome: 'failed' },
      { type: 'run.resumed', actor: { team: 'T1', user: 'U1' } },
    );
    expect(open).not.toHaveProperty('outcome');
    expect(open).not.toHaveProperty('finishedAt');
  });

  test('shows the API address once it is known', () => {
    const outputs = [{ name: 'public-address', value: '203.0.113.7' }];
    expect(view({ type: 'step.finished', step: 'net/1', outcome: 'applied', outputs }).outputs).toEqual({
      'public-address': '203.0.113.7',
      apiAddress: '203.0.113.7',
    });
  });
});
