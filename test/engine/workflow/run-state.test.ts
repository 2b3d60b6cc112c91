import { describe, expect, test } from 'vitest';
import { decideMoves, type Move } from '../../../src/engine/workflow/decide-moves.ts';
import { foldEvents, getStepRecord } from '../../../src/engine/workflow/run-state.ts';
import type { EngineEvent } from '../../../src/store/events.ts';
import type { StepError } from '../../../src/store/step-error.ts';
import { atSecond, buildPlan, buildStepError, toStoredEvents } from '../../fixtures/plan.ts';

const actor = { team: 'T1', user: 'U1' };
const requestId = '9d3b1b1e-6a1d-4d83-8d7c-2b9e2f0a7c11';
const digest = 'd1';

const requested: EngineEvent = { type: 'run.requested', operation: 'create', actor };
const claimed: EngineEvent = { type: 'run.claimed', runner: 'r1' };
const resumed: EngineEvent = { type: 'run.resumed', actor };
const cancelRequested: EngineEvent = { type: 'run.cancelRequested', actor };
const failedRun: EngineEvent = { type: 'run.finished', outcome: 'failed' };
const approvalRequested: EngineEvent = {
  type: 'approval.requested',
  digest,
  deletions: ['a'],
  expiresAt: atSecond(900).toISOString(),
};

function started(step: string, attempt = 1): EngineEvent {
  return { type: 'step.started', step, attempt, requestId };
}
function finished(step: string, outputs: { name: string; value: string }[] = []): EngineEvent {
  return { type: 'step.finished', step, outcome: 'applied', outputs };
}
function failed(step: string, changes: Partial<StepError> = {}, retryAt?: Date): EngineEvent {
  const event = { type: 'step.failed', step, error: buildStepError(changes) } as const;
  return retryAt ? { ...event, retryAt: retryAt.toISOString() } : event;
}

describe('the state of a run', () => {
  test('is independent of how its events are batched', () => {
    const events = toStoredEvents(
      requested,
      claimed,
      started('a'),
      failed('a', {}, atSecond(9)),
      started('a', 2),
      finished('a'),
      approvalRequested,
    );
    const bySteps = events.reduce((state, event) => foldEvents([event], state), foldEvents([]));
    expect(bySteps).toEqual(foldEvents(events));
    expect(bySteps.seq).toBe(events.length);
  });

  test('has the outputs of finished steps, the latest of each name', () => {
    const { outputs } = foldEvents(
      toStoredEvents(finished('a', [{ name: 'x', value: '1' }]), finished('b', [{ name: 'x', value: '2' }])),
    );
    expect([...outputs]).toEqual([['x', '2']]);
  });

  test('keeps the first start of a step across attempts', () => {
    const state = foldEvents(
      toStoredEvents(started('a'), failed('a', {}, atSecond(3)), started('a', 2), finished('a')),
    );
    expect(getStepRecord(state, 'a')).toMatchObject({
      state: 'done',
      startedAt: atSecond(1),
      finishedAt: atSecond(4),
      failures: 1,
    });
  });

  test('resets the previous runner’s running steps to pending and keeps their request ID', () => {
    const state = foldEvents(
      toStoredEvents(claimed, started('a'), started('b'), finished('b'), { ...claimed, runner: 'r2' }),
    );
    expect(getStepRecord(state, 'a')).toMatchObject({ state: 'pending', requestId });
    expect(getStepRecord(state, 'b').state).toBe('done');
  });

  test.each<[string, Partial<StepError>, string | undefined]>([
    ['kept after a lost response', { code: 'outcome-unknown' }, requestId],
    ['kept after a cancellation', { code: 'cancelled', kind: 'cancelled' }, requestId],
    ['dropped after an error response', { code: 'rate-limited' }, undefined],
    ['dropped after a failed operation', { code: 'not-ready' }, undefined],
  ])('has the request ID of a call %s', (_, fault, kept) => {
    const tried = getStepRecord(foldEvents(toStoredEvents(started('a'), failed('a', fault, atSecond(9)))), 'a');
    expect([tried.state, tried.requestId]).toEqual(['pending', kept]);
    const stopped = foldEvents(toStoredEvents(started('a'), failed('a', fault), failedRun, resumed));
    expect([getStepRecord(stopped, 'a').state, getStepRecord(stopped, 'a').requestId]).toEqual(['pending', kept]);
  });

  test('drops the request ID of a finished step', () => {
    expect(getStepRecord(foldEvents(toStoredEvents(started('a'), finished('a'))), 'a').requestId).toBeUndefined();
  });

  test('counts failures but no aborts', () => {
    const stop = failed('a', { code: 'cancelled', kind: 'cancelled' }, atSecond(9));
    const state = foldEvents(
      toStoredEvents(started('a'), failed('a', {}, atSecond(3)), started('a', 2), stop, started('a', 2), stop),
    );
    expect(getStepRecord(state, 'a').failures).toBe(1);
  });

  test('resets the attempts on resume and keeps finished steps', () => {
    const before = toStoredEvents(
      started('a'),
      finished('a'),
      started('b'),
      failed('b'),
      cancelRequested,
      failedRun,
      resumed,
    );
    const state = foldEvents(before);
    expect(state.outcome).toBeUndefined();
    expect(state.cancelRequested).toBe(false);
    expect(getStepRecord(state, 'a').state).toBe('done');
    expect(getStepRecord(state, 'b')).toEqual({ state: 'pending', failures: 0, hasBegun: true });
  });

  test.each<[string, EngineEvent]>([
    ['deferred', { type: 'step.deferred', step: 'a', error: buildStepError({ kind: 'deferred' }) }],
    ['conflicted', { type: 'step.conflicted', step: 'a', differences: [] }],
  ])('retries a %s step on resume', (state, event) => {
    expect(getStepRecord(foldEvents(toStoredEvents(started('a'), event)), 'a').state).toBe(state);
    expect(getStepRecord(foldEvents(toStoredEvents(started('a'), event, failedRun, resumed)), 'a').state).toBe(
      'pending',
    );
  });

  test('has at most one pending approval, until it is decided', () => {
    expect(foldEvents(toStoredEvents(approvalRequested)).pendingApproval).toMatchObject({
      seq: 1,
      digest,
      expiresAt: atSecond(900),
    });
    const given = foldEvents(toStoredEvents(approvalRequested, { type: 'approval.granted', digest, actor }));
    expect([given.pendingApproval, given.approval?.digest, given.isRejected]).toEqual([undefined, digest, false]);
    const refused = foldEvents(toStoredEvents(approvalRequested, { type: 'approval.rejected', digest, actor }));
    expect([refused.pendingApproval, refused.approval?.digest, refused.isRejected]).toEqual([
      undefined,
      undefined,
      true,
    ]);
  });

  test('needs a new approval after a resume', () => {
    const state = foldEvents(
      toStoredEvents(approvalRequested, { type: 'approval.granted', digest, actor }, failedRun, resumed),
    );
    expect(state.approval?.digest).toBeUndefined();
  });
});

describe('the next move', () => {
  const chain = buildPlan({ a: [], b: ['a'], c: ['a'], d: ['b', 'c'] });
  const guarded = chain.map((p) => (p.id === 'b' ? { ...p, isDestructive: true } : p));
  const doing = (...keys: string[]): Move[] => keys.map((key) => ({ kind: 'step', key }));
  const finish = (outcome: 'succeeded' | 'failed' | 'cancelled'): Move[] => [{ kind: 'finish', outcome }];
  const postponed: EngineEvent = { type: 'step.deferred', step: 'a', error: buildStepError({ kind: 'deferred' }) };

  test.each<[string, readonly EngineEvent[], readonly Move[]]>([
    ['starts the step without dependencies', [requested, claimed], doing('a')],
    ['waits while the only step runs', [started('a')], []],
    ['starts independent steps concurrently', [started('a'), finished('a')], doing('b', 'c')],
    ['starts a ready step while another one runs', [finished('a'), started('b')], doing('c')],
    ['waits for all dependencies of a step', [finished('a'), finished('b'), started('c')], []],
    ['finishes after all steps', ['a', 'b', 'c', 'd'].map((key) => finished(key)), finish('succeeded')],
    ['continues after a deferred step', [postponed], doing('b', 'c')],
    ['succeeds with a deferred step', [postponed, finished('b'), finished('c'), finished('d')], finish('succeeded')],
    [
      'sleeps until a retry is due',
      [started('a'), failed('a', {}, atSecond(60))],
      [{ kind: 'sleep', until: atSecond(60) }],
    ],
    ['retries when due', [started('a'), failed('a', {}, atSecond(20))], doing('a')],
    ['does not sleep while a step runs', [finished('a'), failed('b', {}, atSecond(60)), started('c')], []],
    ['stops after a failed step', [finished('a'), failed('b')], finish('failed')],
    ['starts no step after a failure, and lets running steps finish', [finished('a'), failed('b'), started('c')], []],
    ['stops at a conflict', [{ type: 'step.conflicted', step: 'a', differences: [] }], finish('failed')],
    ['stops on a cancellation', [finished('a'), cancelRequested], finish('cancelled')],
    ['lets running steps finish before it is cancelled', [finished('a'), started('b'), cancelRequested], []],
    [
      'succeeds when cancelled after all steps',
      [...['a', 'b', 'c', 'd'].map((k) => finished(k)), cancelRequested],
      finish('succeeded'),
    ],
    ['does nothing after the run finished', [finished('a'), failed('b'), failedRun], []],
    ['retries failed steps after a resume', [finished('a'), failed('b'), failedRun, resumed], doing('b', 'c')],
    [
      'continues after a cancelled run is resumed',
      [finished('a'), cancelRequested, { ...failedRun, outcome: 'cancelled' }, resumed],
      doing('b', 'c'),
    ],
  ])('%s', (_, events, moves) => {
    expect(decideMoves(chain, foldEvents(toStoredEvents(...events)), atSecond(30), false)).toEqual(moves);
  });

  test.each<[string, readonly EngineEvent[], boolean, readonly Move[]]>([
    ['requests approval before destruction', [finished('a')], false, [{ kind: 'requestApproval' }]],
    ['does not request approval while a step runs', [finished('a'), started('c')], false, []],
    ['does not request approval for a step that is not ready', [], false, doing('a')],
    ['executes approved destruction', [finished('a')], true, doing('b', 'c')],
    [
      'is cancelled by a rejection',
      [finished('a'), approvalRequested, { type: 'approval.rejected', digest, actor }],
      false,
      finish('cancelled'),
    ],
  ])('%s', (_, events, mayDestroy, moves) => {
    expect(decideMoves(guarded, foldEvents(toStoredEvents(...events)), atSecond(30), mayDestroy)).toEqual(moves);
  });

  test.each<[string, readonly EngineEvent[], readonly Move[]]>([
    ['starts steps of the first chapter only', [], doing('a', 'x')],
    ['starts no step of the next chapter while one of the first is open', [finished('a')], doing('x')],
    ['pauses after a chapter', [finished('a'), finished('x')], [{ kind: 'pause', chapter: 3 }]],
    ['counts a deferred step as complete', [postponed, finished('x')], [{ kind: 'pause', chapter: 3 }]],
    ['does not pause while a step runs', [finished('a'), finished('x'), started('free')], []],
    ['starts the next chapter when continued', [finished('a'), finished('x'), ...continued('continue')], doing('b')],
    [
      'pauses after the next chapter, too',
      [finished('a'), finished('x'), ...continued('continue'), finished('b')],
      [{ kind: 'pause', chapter: 7 }],
    ],
    ['is cancelled when stopped', [finished('a'), finished('x'), ...continued('stop')], finish('cancelled')],
    [
      'does not pause again when continued to the end',
      [finished('a'), finished('x'), ...continued('continueToEnd'), finished('b')],
      doing('c'),
    ],
    [
      'does not pause after the last chapter',
      [
        finished('a'),
        finished('x'),
        ...continued('continue'),
        finished('b'),
        ...continued('continue', 7),
        finished('c'),
      ],
      finish('succeeded'),
    ],
  ])('in a run that pauses after chapters %s', (_, events, moves) => {
    const chapters: Readonly<Record<string, number>> = { a: 3, x: 3, b: 7, c: 9 };
    const plan = buildPlan({ a: [], x: [], b: ['a'], c: ['b'], free: ['x'] }).map((p) => {
      const chapter = chapters[p.id];
      return chapter === undefined ? p : { ...p, chapter };
    });
    const all = events.some((event) => event.type === 'step.started') ? events : [...events, finished('free')];
    expect(decideMoves(plan, foldEvents(toStoredEvents(...all)), atSecond(30), false)).toEqual(moves);
  });

  test.each<[string, readonly EngineEvent[], readonly Move[]]>([
    ['fails after a fault without a retry', [faulted()], finish('failed')],
    ['starts steps after a fault with a retry', [faulted(atSecond(20))], doing('a')],
  ])('%s', (_, events, moves) => {
    expect(decideMoves(chain, foldEvents(toStoredEvents(...events)), atSecond(30), false)).toEqual(moves);
  });

  function continued(decision: 'continue' | 'continueToEnd' | 'stop', chapter = 3): EngineEvent[] {
    return [
      { type: 'pause.requested', chapter },
      { type: 'pause.resolved', chapter, decision, actor },
    ];
  }

  function faulted(retryAt?: Date): EngineEvent {
    const fault = { type: 'run.faulted', activity: 'planning', error: buildStepError() } as const;
    return retryAt ? { ...fault, retryAt: retryAt.toISOString() } : fault;
  }

  test('sleeps until the first of several retries', () => {
    const events = toStoredEvents(finished('a'), failed('b', {}, atSecond(90)), failed('c', {}, atSecond(60)));
    expect(decideMoves(chain, foldEvents(events), atSecond(30), false)).toEqual([
      { kind: 'sleep', until: atSecond(60) },
    ]);
    const swapped = toStoredEvents(finished('a'), failed('b', {}, atSecond(60)), failed('c', {}, atSecond(90)));
    expect(decideMoves(chain, foldEvents(swapped), atSecond(30), false)).toEqual([
      { kind: 'sleep', until: atSecond(60) },
    ]);
  });
});
