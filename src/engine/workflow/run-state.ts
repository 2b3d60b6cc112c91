import type { z } from 'zod';
import type { EngineEvent, Fault, StoredEvent } from '../../store/events.ts';
import type { PlannedStep } from './plan.ts';

export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'conflicted' | 'postponed';

export interface StepRecord {
  readonly state: StepState;
  /** Failures since the run was last taken up by a person. */
  readonly failures: number;
  /** The id that went to Compute with a call whose outcome is not known yet. Kept until the outcome is. */
  readonly request?: string;
  readonly retryAt?: Date;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  readonly fault?: Fault;
  readonly differences?: readonly { field: string; wanted: string; found: string }[];
}

export interface RunState {
  readonly steps: ReadonlyMap<string, StepRecord>;
  readonly facts: ReadonlyMap<string, z.core.util.JSONType>;
  /** The question that waits for a person. */
  readonly asked?: Question;
  /** Digest of what a person has approved. */
  readonly approved?: string;
  /** A person said no, or nobody said yes in time. */
  readonly refused: boolean;
  readonly cancelAsked: boolean;
  /** The pause that waits for a person: the event that asked, and the chapter that is done. */
  readonly paused?: { readonly seq: number; readonly chapter: number };
  /** The last chapter after which somebody went on. */
  readonly passed: number;
  /** Somebody wants no more pauses. */
  readonly unpaused: boolean;
  /** Somebody was told why it is slow or fails; said once, and again after a resume. */
  readonly diagnosed: boolean;
  /** A person said go on, and no step was begun since. */
  readonly resumed: boolean;
  readonly over?: 'succeeded' | 'failed' | 'cancelled';
  readonly overAt?: Date;
  /** Number of the last event that is in here. */
  readonly seq: number;
}

export interface Question {
  /** Number of the event that asked. */
  readonly seq: number;
  readonly digest: string;
  readonly destroys: readonly string[];
  readonly expiresAt: Date;
}

export const fresh: RunState = {
  steps: new Map(),
  facts: new Map(),
  refused: false,
  cancelAsked: false,
  passed: 0,
  unpaused: false,
  diagnosed: false,
  resumed: false,
  seq: 0,
};

const untouched: StepRecord = { state: 'waiting', failures: 0 };

export function stepAt(state: RunState, key: string): StepRecord {
  return state.steps.get(key) ?? untouched;
}

/** Pure: the state of a run is its events, nothing else. */
export function fold(before: RunState, event: StoredEvent): RunState {
  return folded([event], before);
}

/** The state after these events. */
export function folded(events: readonly StoredEvent[], from: RunState = fresh): RunState {
  // One copy for all of them: a run has hundreds of events and steps, and is looked at often.
  const copy: Draft = { ...from, steps: new Map(from.steps), facts: new Map(from.facts) };
  return events.reduce(after, copy);
}

/** A state whose maps are its own, so that they can be changed where they are. */
interface Draft extends RunState {
  readonly steps: Map<string, StepRecord>;
  readonly facts: Map<string, z.core.util.JSONType>;
}

function after(before: Draft, { seq, at, event }: StoredEvent): Draft {
  const s = { ...before, seq };
  switch (event.type) {
    // A new runner holds the lease: whatever the old one had begun must be looked at again.
    case 'run.taken':
      return everyStep(s, (step) => (step.state === 'running' ? { ...step, state: 'waiting' } : step));
    // A person says go on: what stopped is tried again, with all its attempts.
    case 'run.resumed': {
      const { over: _, approved: __, asked: ___, overAt: ____, ...open } = passedBy(s, s.paused?.chapter);
      return { ...everyStep(open, takenUpAgain), cancelAsked: false, refused: false, diagnosed: false, resumed: true };
    }
    case 'run.cancelAsked':
      return { ...s, cancelAsked: true };
    case 'run.finished':
      return { ...s, over: event.as, overAt: at };
    case 'step.started':
      return put({ ...s, resumed: false }, event.step, (step) => ({
        state: 'running',
        failures: step.failures,
        request: event.request,
        startedAt: step.startedAt ?? at,
      }));
    case 'step.finished': {
      for (const fact of event.facts) s.facts.set(fact.name, fact.value);
      return put(s, event.step, ({ startedAt, failures }) => ({ state: 'done', failures, startedAt, finishedAt: at }));
    }
    case 'step.failed':
      return put(s, event.step, (step) => failed(step, event, at));
    case 'step.postponed':
      return put(s, event.step, ({ startedAt, failures }) => ({
        state: 'postponed',
        failures,
        startedAt,
        finishedAt: at,
        fault: event.fault,
      }));
    case 'step.conflicted':
      return put(s, event.step, ({ startedAt, failures }) => ({
        state: 'conflicted',
        failures,
        startedAt,
        finishedAt: at,
        differences: event.fields,
      }));
    case 'approval.asked': {
      const { digest, destroys, expiresAt } = event;
      return { ...s, asked: { seq, digest, destroys, expiresAt: new Date(expiresAt) } };
    }
    // Two who told it at once wrote it twice: the first counts, and none for a question that was never asked or is past.
    case 'approval.given':
      return s.asked?.digest === event.digest ? { ...unasked(s), approved: event.digest } : s;
    case 'approval.refused':
      return s.asked?.digest === event.digest ? { ...unasked(s), refused: true } : s;
    case 'pause.asked':
      return { ...s, paused: { seq, chapter: event.chapter } };
    case 'pause.over': {
      // Two who told it at once wrote it twice.
      if (s.paused?.chapter !== event.chapter) return s;
      const { how } = event;
      const on = passedBy(s, event.chapter);
      return { ...on, unpaused: s.unpaused || how === 'through', cancelAsked: s.cancelAsked || how === 'stop' };
    }
    case 'step.diagnosed':
      return { ...s, diagnosed: true };
    case 'run.requested':
    case 'step.said':
      return s;
    default:
      return event satisfies never;
  }
}

export type Move =
  | { readonly do: 'step'; readonly key: string }
  | { readonly do: 'ask' }
  /** This chapter is done. */
  | { readonly do: 'pause'; readonly chapter: number }
  | { readonly do: 'sleep'; readonly until: Date }
  | { readonly do: 'finish'; readonly as: 'succeeded' | 'failed' | 'cancelled' };

/**
 * Pure: what may be done now. The runner does it and asks again. Nothing: wait for what runs.
 * @param mayDestroy whether a person approved what the plan would take away as it is now
 */
export function next(steps: readonly PlannedStep[], s: RunState, now: Date, mayDestroy: boolean): Move[] {
  const stateOf = (key: string) => stepAt(s, key).state;
  const over = (key: string) => stateOf(key) === 'done' || stateOf(key) === 'postponed';
  if (s.over) return [];
  if (steps.every((p) => over(p.id))) return [{ do: 'finish', as: 'succeeded' }];
  const busy = steps.some((p) => stateOf(p.id) === 'running');
  if (s.cancelAsked || s.refused) return busy ? [] : [{ do: 'finish', as: 'cancelled' }];
  const stopped = steps.some((p) => stateOf(p.id) === 'failed' || stateOf(p.id) === 'conflicted');
  if (stopped) return busy ? [] : [{ do: 'finish', as: 'failed' }];
  const { now: chapter, done } = chaptersOf(steps, (p) => over(p.id));
  if (!s.unpaused && done > s.passed) return busy ? [] : [{ do: 'pause', chapter: done }];
  const isIn = (p: PlannedStep) => s.unpaused || p.chapter === undefined || p.chapter <= chapter;
  const ready = steps.filter((p) => stateOf(p.id) === 'waiting' && isIn(p) && p.after.every(over));
  if (!mayDestroy && ready.some((p) => p.destroys)) return busy ? [] : [{ do: 'ask' }];
  const dueAt = (p: PlannedStep) => stepAt(s, p.id).retryAt ?? now;
  const due = ready.filter((p) => dueAt(p) <= now);
  if (due.length > 0) return due.map((p) => ({ do: 'step', key: p.id }));
  const soonest = ready.map(dueAt).sort((a, b) => +a - +b)[0];
  return soonest && !busy ? [{ do: 'sleep', until: soonest }] : [];
}

/** The chapter that is being worked on, and the last before it, all of which are done; 0 where there is none. */
function chaptersOf(steps: readonly PlannedStep[], over: (p: PlannedStep) => boolean) {
  const now = Math.min(...steps.flatMap((p) => (p.chapter === undefined || over(p) ? [] : p.chapter)));
  const done = Math.max(0, ...steps.flatMap((p) => (p.chapter !== undefined && p.chapter < now ? p.chapter : [])));
  return { now, done };
}

function failed(step: StepRecord, event: Extract<EngineEvent, { type: 'step.failed' }>, at: Date): StepRecord {
  const { request: _, retryAt: __, ...rest } = step;
  // Only where no answer came may the same call go out again under the same id; a new try is a new call.
  const unknown = event.fault.code === 'outcome-unknown' || event.fault.kind === 'cancelled';
  const kept = unknown && step.request ? { request: step.request } : {};
  // Being stopped is no failure: a run that was put down ten times has as many attempts left as before.
  const failures = step.failures + (event.fault.kind === 'cancelled' ? 0 : 1);
  return event.retryAt
    ? { ...rest, ...kept, state: 'waiting', failures, fault: event.fault, retryAt: new Date(event.retryAt) }
    : { ...rest, ...kept, state: 'failed', failures, fault: event.fault, finishedAt: at };
}

/** Somebody went on after a chapter, if there was a pause. */
function passedBy(s: Draft, chapter: number | undefined): Draft {
  const { paused: _, ...rest } = s;
  return { ...rest, passed: Math.max(s.passed, chapter ?? 0) };
}

function unasked(s: Draft): Draft {
  const { asked: _, ...rest } = s;
  return rest;
}

function takenUpAgain(step: StepRecord): StepRecord {
  if (step.state === 'done') return step;
  return { ...untouched, ...(step.request ? { request: step.request } : {}) };
}

function put(s: Draft, key: string, change: (step: StepRecord) => Loose<StepRecord>): Draft {
  s.steps.set(key, tight(change(stepAt(s, key))));
  return s;
}

function everyStep<S extends Pick<Draft, 'steps'>>(s: S, change: (step: StepRecord) => StepRecord): S {
  for (const [key, step] of s.steps) s.steps.set(key, change(step));
  return s;
}

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };

function tight(step: Loose<StepRecord>): StepRecord {
  return Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined)) as unknown as StepRecord;
}
