import { describe, expect, test } from 'vitest';
import { folded, type Move, next, stepAt } from '../../../src/engine/workflow/run-state.ts';
import type { EngineEvent, Fault } from '../../../src/store/events.ts';
import { aFault, aPlan, at, stored } from '../../fixtures/plan.ts';

const by = { team: 'T1', user: 'U1' };
const request = '9d3b1b1e-6a1d-4d83-8d7c-2b9e2f0a7c11';
const digest = 'd1';

const requested: EngineEvent = { type: 'run.requested', operation: 'create', by };
const taken: EngineEvent = { type: 'run.taken', runner: 'r1' };
const resumed: EngineEvent = { type: 'run.resumed', by };
const cancelAsked: EngineEvent = { type: 'run.cancelAsked', by };
const failedRun: EngineEvent = { type: 'run.finished', as: 'failed' };
const asked: EngineEvent = { type: 'approval.asked', digest, destroys: ['a'], expiresAt: at(900).toISOString() };

function started(step: string, attempt = 1): EngineEvent {
  return { type: 'step.started', step, attempt, request };
}
function finished(step: string, facts: { name: string; value: string }[] = []): EngineEvent {
  return { type: 'step.finished', step, outcome: 'applied', facts };
}
function failed(step: string, changes: Partial<Fault> = {}, retryAt?: Date): EngineEvent {
  const event = { type: 'step.failed', step, fault: aFault(changes) } as const;
  return retryAt ? { ...event, retryAt: retryAt.toISOString() } : event;
}

describe('the state of a run', () => {
  test('is the same whether its events are folded at once or one after the other', () => {
    const events = stored(
      requested,
      taken,
      started('a'),
      failed('a', {}, at(9)),
      started('a', 2),
      finished('a'),
      asked,
    );
    const bySteps = events.reduce((state, event) => folded([event], state), folded([]));
    expect(bySteps).toEqual(folded(events));
    expect(bySteps.seq).toBe(events.length);
  });

  test('has the facts of finished steps, the newest of each name', () => {
    const { facts } = folded(
      stored(finished('a', [{ name: 'x', value: '1' }]), finished('b', [{ name: 'x', value: '2' }])),
    );
    expect([...facts]).toEqual([['x', '2']]);
  });

  test('keeps when a step was begun first, however often it was tried', () => {
    const state = folded(stored(started('a'), failed('a', {}, at(3)), started('a', 2), finished('a')));
    expect(stepAt(state, 'a')).toMatchObject({ state: 'done', startedAt: at(1), finishedAt: at(4), failures: 1 });
  });

  test('puts back to waiting what the runner before had begun, with its request', () => {
    const state = folded(stored(taken, started('a'), started('b'), finished('b'), { ...taken, runner: 'r2' }));
    expect(stepAt(state, 'a')).toMatchObject({ state: 'waiting', request });
    expect(stepAt(state, 'b').state).toBe('done');
  });

  test.each<[string, Partial<Fault>, string | undefined]>([
    ['kept when no answer came', { code: 'outcome-unknown' }, request],
    ['kept when it was cancelled', { code: 'cancelled', kind: 'cancelled' }, request],
    ['dropped when Google has refused', { code: 'rate-limited' }, undefined],
    ['dropped when the operation has failed', { code: 'not-ready' }, undefined],
  ])('has the request of a call %s', (_, fault, kept) => {
    const tried = stepAt(folded(stored(started('a'), failed('a', fault, at(9)))), 'a');
    expect([tried.state, tried.request]).toEqual(['waiting', kept]);
    const stopped = folded(stored(started('a'), failed('a', fault), failedRun, resumed));
    expect([stepAt(stopped, 'a').state, stepAt(stopped, 'a').request]).toEqual(['waiting', kept]);
  });

  test('drops the request once the step is done', () => {
    expect(stepAt(folded(stored(started('a'), finished('a'))), 'a').request).toBeUndefined();
  });

  test('counts failures, and being stopped is none', () => {
    const stop = failed('a', { code: 'cancelled', kind: 'cancelled' }, at(9));
    const state = folded(stored(started('a'), failed('a', {}, at(3)), started('a', 2), stop, started('a', 2), stop));
    expect(stepAt(state, 'a').failures).toBe(1);
  });

  test('begins again with all attempts when a person resumes, and keeps what is done', () => {
    const before = stored(started('a'), finished('a'), started('b'), failed('b'), cancelAsked, failedRun, resumed);
    const state = folded(before);
    expect(state.over).toBeUndefined();
    expect(state.cancelAsked).toBe(false);
    expect(stepAt(state, 'a').state).toBe('done');
    expect(stepAt(state, 'b')).toEqual({ state: 'waiting', failures: 0 });
  });

  test.each<[string, EngineEvent]>([
    ['postponed', { type: 'step.postponed', step: 'a', fault: aFault({ kind: 'postponed' }) }],
    ['conflicted', { type: 'step.conflicted', step: 'a', fields: [] }],
  ])('tries again what was %s when a person resumes', (state, event) => {
    expect(stepAt(folded(stored(started('a'), event)), 'a').state).toBe(state);
    expect(stepAt(folded(stored(started('a'), event, failedRun, resumed)), 'a').state).toBe('waiting');
  });

  test('has one question at most, which an answer takes away', () => {
    expect(folded(stored(asked)).asked).toMatchObject({ seq: 1, digest, expiresAt: at(900) });
    const given = folded(stored(asked, { type: 'approval.given', digest, by }));
    expect([given.asked, given.approved, given.refused]).toEqual([undefined, digest, false]);
    const refused = folded(stored(asked, { type: 'approval.refused', digest, by }));
    expect([refused.asked, refused.approved, refused.refused]).toEqual([undefined, undefined, true]);
  });

  test('needs a new approval after a resume', () => {
    const state = folded(stored(asked, { type: 'approval.given', digest, by }, failedRun, resumed));
    expect(state.approved).toBeUndefined();
  });
});

describe('the next move', () => {
  const chain = aPlan({ a: [], b: ['a'], c: ['a'], d: ['b', 'c'] });
  const guarded = chain.map((p) => (p.id === 'b' ? { ...p, destroys: true } : p));
  const doing = (...keys: string[]): Move[] => keys.map((key) => ({ do: 'step', key }));
  const finish = (as: 'succeeded' | 'failed' | 'cancelled'): Move[] => [{ do: 'finish', as }];
  const postponed: EngineEvent = { type: 'step.postponed', step: 'a', fault: aFault({ kind: 'postponed' }) };

  test.each<[string, readonly EngineEvent[], readonly Move[]]>([
    ['begins with what waits for nothing', [requested, taken], doing('a')],
    ['waits while the only step runs', [started('a')], []],
    ['goes on side by side', [started('a'), finished('a')], doing('b', 'c')],
    ['begins what is free while its neighbour runs', [finished('a'), started('b')], doing('c')],
    ['waits for all that a step needs', [finished('a'), finished('b'), started('c')], []],
    ['finishes when all is done', ['a', 'b', 'c', 'd'].map((key) => finished(key)), finish('succeeded')],
    ['goes past what was postponed', [postponed], doing('b', 'c')],
    [
      'succeeds with something postponed',
      [postponed, finished('b'), finished('c'), finished('d')],
      finish('succeeded'),
    ],
    ['sleeps until a retry is due', [started('a'), failed('a', {}, at(60))], [{ do: 'sleep', until: at(60) }]],
    ['tries again when it is due', [started('a'), failed('a', {}, at(20))], doing('a')],
    ['does not sleep while something runs', [finished('a'), failed('b', {}, at(60)), started('c')], []],
    ['stops when a step has failed', [finished('a'), failed('b')], finish('failed')],
    ['begins nothing new after a failure, and lets what runs end', [finished('a'), failed('b'), started('c')], []],
    ['stops at a conflict', [{ type: 'step.conflicted', step: 'a', fields: [] }], finish('failed')],
    ['stops when a person says so', [finished('a'), cancelAsked], finish('cancelled')],
    ['lets what runs end before it is cancelled', [finished('a'), started('b'), cancelAsked], []],
    [
      'is too late to cancel when all is done',
      [...['a', 'b', 'c', 'd'].map((k) => finished(k)), cancelAsked],
      finish('succeeded'),
    ],
    ['does nothing once it is over', [finished('a'), failed('b'), failedRun], []],
    ['tries again what failed after a resume', [finished('a'), failed('b'), failedRun, resumed], doing('b', 'c')],
    [
      'goes on after a cancel was resumed',
      [finished('a'), cancelAsked, { ...failedRun, as: 'cancelled' }, resumed],
      doing('b', 'c'),
    ],
  ])('%s', (_, events, moves) => {
    expect(next(chain, folded(stored(...events)), at(30), false)).toEqual(moves);
  });

  test.each<[string, readonly EngineEvent[], boolean, readonly Move[]]>([
    ['asks before anything is destroyed', [finished('a')], false, [{ do: 'ask' }]],
    ['does not ask while something runs', [finished('a'), started('c')], false, []],
    ['does not ask for what is not ready', [], false, doing('a')],
    ['destroys what was approved', [finished('a')], true, doing('b', 'c')],
    [
      'is cancelled by a no',
      [finished('a'), asked, { type: 'approval.refused', digest, by }],
      false,
      finish('cancelled'),
    ],
  ])('%s', (_, events, mayDestroy, moves) => {
    expect(next(guarded, folded(stored(...events)), at(30), mayDestroy)).toEqual(moves);
  });

  test('sleeps until the soonest of several retries', () => {
    const events = stored(finished('a'), failed('b', {}, at(90)), failed('c', {}, at(60)));
    expect(next(chain, folded(events), at(30), false)).toEqual([{ do: 'sleep', until: at(60) }]);
  });
});
