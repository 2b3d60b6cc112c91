import type { z } from 'zod';
import type { EngineEvent, RunActivity, StoppedRun, StoredEvent } from '../../store/events.ts';
import { isSamePerson, type Person } from '../../store/person.ts';
import type { StepError } from '../../store/step-error.ts';

export type StepState = 'pending' | 'running' | 'done' | 'failed' | 'conflicted' | 'deferred';

export interface StepRecord {
  readonly state: StepState;
  /** Failures since the run was started or resumed. */
  readonly failures: number;
  /** Request ID of a call whose outcome is unknown. Kept until the outcome is known. */
  readonly requestId?: string;
  readonly retryAt?: Date;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  /** Last progress message since the run was started or resumed. */
  readonly lastLogLine?: string;
  /** It was started at least once, possibly before a resume. */
  readonly hasBegun?: true;
  readonly error?: StepError;
  readonly differences?: readonly { field: string; desired: string; actual: string }[];
}

export interface RunState {
  readonly steps: ReadonlyMap<string, StepRecord>;
  readonly outputs: ReadonlyMap<string, z.core.util.JSONType>;
  /** The approval request that waits for a decision. */
  readonly pendingApproval?: PendingApproval;
  /** The granted approval: the digest of the displayed plan, who approved it, and the run that it stops. */
  readonly approval?: { readonly digest: string; readonly actor: Person; readonly stops?: StoppedRun };
  readonly isRejected: boolean;
  readonly cancelRequested: boolean;
  /** The pause that waits for a decision: its event and the completed chapter. */
  readonly pendingPause?: { readonly seq: number; readonly chapter: number };
  /** The last chapter after which the run was continued. */
  readonly lastPassedChapter: number;
  /** A user chose to continue without further pauses. */
  readonly skipsPauses: boolean;
  /** A diagnosis was reported. It is reported once, and once more after a resume. */
  readonly hasDiagnosis: boolean;
  /** The run was resumed, and no step has started since. */
  readonly isResumed: boolean;
  readonly outcome?: 'succeeded' | 'failed' | 'cancelled';
  readonly finishedAt?: Date;
  /** It has succeeded at least once. A resume then only retries deferred steps. */
  readonly hasSucceeded: boolean;
  /** A newer run has changed the cluster. */
  readonly isSuperseded: boolean;
  /** Who requested or resumed the run, in order, without duplicates. */
  readonly requesters: readonly Person[];
  /** The last error outside of steps, until a step starts or the run is resumed. */
  readonly fault?: RunFault;
  /** Number of claims by runners since the run last made progress. */
  readonly claimsWithoutProgress: number;
  /** Sequence number of the last folded event. */
  readonly seq: number;
}

export interface RunFault {
  readonly activity: RunActivity;
  readonly error: StepError;
  /** Since a step started or the run was resumed. */
  readonly failures: number;
  /** Absent: the run fails. */
  readonly retryAt?: Date;
}

export interface PendingApproval {
  /** Sequence number of the request. */
  readonly seq: number;
  readonly digest: string;
  readonly deletions: readonly string[];
  readonly stops?: StoppedRun;
  readonly expiresAt: Date;
}

export const initialRunState: RunState = {
  steps: new Map(),
  outputs: new Map(),
  isRejected: false,
  cancelRequested: false,
  lastPassedChapter: 0,
  skipsPauses: false,
  hasDiagnosis: false,
  isResumed: false,
  hasSucceeded: false,
  isSuperseded: false,
  requesters: [],
  claimsWithoutProgress: 0,
  seq: 0,
};

const initialStepRecord: StepRecord = { state: 'pending', failures: 0 };

export function getStepRecord(state: RunState, key: string): StepRecord {
  return state.steps.get(key) ?? initialStepRecord;
}

/** Folds events to a state. Pure. A run has no other state. */
export function foldEvents(events: readonly StoredEvent[], initialState: RunState = initialRunState): RunState {
  // Copies once for all events, because a run has hundreds of events and its state is read often.
  const draft: Draft = { ...initialState, steps: new Map(initialState.steps), outputs: new Map(initialState.outputs) };
  return events.reduce(applyToDraft, draft);
}

/** A state with its own copies of the maps, which can be changed in place. */
interface Draft extends RunState {
  readonly steps: Map<string, StepRecord>;
  readonly outputs: Map<string, z.core.util.JSONType>;
}

function applyToDraft(draft: Draft, { seq, at, event }: StoredEvent): Draft {
  const s = { ...draft, seq };
  switch (event.type) {
    // Steps that a runner had started, and whose result is unknown, must be observed again.
    case 'run.claimed':
      return releaseRunningSteps({ ...s, claimsWithoutProgress: s.claimsWithoutProgress + 1 });
    // Stopped steps are retried with all their attempts.
    case 'run.resumed': {
      const {
        outcome: _,
        approval: __,
        pendingApproval: ___,
        finishedAt: ____,
        fault: _____,
        ...open
      } = passChapter(s, s.pendingPause?.chapter);
      return {
        ...updateAllSteps(open, resetForResume),
        cancelRequested: false,
        isRejected: false,
        hasDiagnosis: false,
        isResumed: true,
        requesters: addPerson(s.requesters, event.actor),
        claimsWithoutProgress: 0,
      };
    }
    case 'run.cancelRequested':
      return { ...s, cancelRequested: true };
    case 'run.finished':
      return {
        ...s,
        outcome: event.outcome,
        finishedAt: at,
        hasSucceeded: s.hasSucceeded || event.outcome === 'succeeded',
      };
    case 'run.superseded':
      return { ...s, isSuperseded: true };
    case 'run.faulted': {
      const { activity, error, retryAt } = event;
      const failures = (s.fault?.failures ?? 0) + 1;
      const fault = { activity, error, failures, ...(retryAt ? { retryAt: new Date(retryAt) } : {}) };
      return releaseRunningSteps({ ...s, fault });
    }
    case 'step.started':
      return updateStep({ ...clearFault(s), isResumed: false, claimsWithoutProgress: 0 }, event.step, (step) => ({
        state: 'running',
        failures: step.failures,
        requestId: event.requestId,
        startedAt: step.startedAt ?? at,
        lastLogLine: step.lastLogLine,
      }));
    case 'step.finished': {
      for (const output of event.outputs) s.outputs.set(output.name, output.value);
      return updateStep(s, event.step, ({ startedAt, failures }) => ({
        state: 'done',
        failures,
        startedAt,
        finishedAt: at,
      }));
    }
    case 'steps.reset':
      for (const key of event.steps) updateStep(s, key, () => initialStepRecord);
      return s;
    case 'step.failed':
      return updateStep(s, event.step, (step) => applyFailure(step, event, at));
    case 'step.deferred':
      return updateStep(s, event.step, ({ startedAt, failures }) => ({
        state: 'deferred',
        failures,
        startedAt,
        finishedAt: at,
        error: event.error,
      }));
    case 'step.conflicted':
      return updateStep(s, event.step, ({ startedAt, failures }) => ({
        state: 'conflicted',
        failures,
        startedAt,
        finishedAt: at,
        differences: event.differences,
      }));
    case 'approval.requested': {
      const { digest, deletions, expiresAt, stops } = event;
      const pendingApproval = { seq, digest, deletions, expiresAt: new Date(expiresAt), ...(stops ? { stops } : {}) };
      // A request for a changed plan replaces an approval of the earlier plan.
      const { approval: _, ...rest } = clearFault(s);
      return { ...rest, pendingApproval, claimsWithoutProgress: 0 };
    }
    // Concurrent clicks can append a decision twice. The first one counts, and only for the pending request.
    case 'approval.granted': {
      const { digest, actor } = event;
      if (s.pendingApproval?.digest !== digest) return s;
      const { stops } = s.pendingApproval;
      return { ...clearPendingApproval(s), approval: { digest, actor, ...(stops ? { stops } : {}) } };
    }
    case 'approval.rejected':
      return s.pendingApproval?.digest === event.digest ? { ...clearPendingApproval(s), isRejected: true } : s;
    case 'pause.requested':
      return { ...s, pendingPause: { seq, chapter: event.chapter } };
    case 'pause.resolved': {
      // Concurrent clicks can append a decision twice.
      if (s.pendingPause?.chapter !== event.chapter) return s;
      const { decision } = event;
      const continued = passChapter(s, event.chapter);
      return {
        ...continued,
        skipsPauses: s.skipsPauses || decision === 'continueToEnd',
        cancelRequested: s.cancelRequested || decision === 'stop',
      };
    }
    case 'step.diagnosed':
      return { ...s, hasDiagnosis: true };
    case 'run.requested':
      return { ...s, requesters: addPerson(s.requesters, event.actor) };
    case 'step.logged':
      return updateStep(s, event.step, (step) => ({ ...step, lastLogLine: event.message }));
    default:
      return event satisfies never;
  }
}

function applyFailure(step: StepRecord, event: Extract<EngineEvent, { type: 'step.failed' }>, at: Date): StepRecord {
  const { requestId: _, retryAt: __, ...rest } = step;
  // A call without a response is repeated with its request ID. Any other retry is a new call.
  const isOutcomeUnknown = event.error.code === 'outcome-unknown' || event.error.kind === 'cancelled';
  const keptRequestId = isOutcomeUnknown && step.requestId ? { requestId: step.requestId } : {};
  // An interruption is not a failure: it uses up no attempt.
  const failures = step.failures + (event.error.kind === 'cancelled' ? 0 : 1);
  return event.retryAt
    ? { ...rest, ...keptRequestId, state: 'pending', failures, error: event.error, retryAt: new Date(event.retryAt) }
    : { ...rest, ...keptRequestId, state: 'failed', failures, error: event.error, finishedAt: at };
}

/** Continues after a chapter, if the run was paused. */
function passChapter(s: Draft, chapter: number | undefined): Draft {
  const { pendingPause: _, ...rest } = s;
  return { ...rest, lastPassedChapter: Math.max(s.lastPassedChapter, chapter ?? 0) };
}

function releaseRunningSteps(s: Draft): Draft {
  return updateAllSteps(s, (step) => (step.state === 'running' ? { ...step, state: 'pending' } : step));
}

function clearFault(s: Draft): Draft {
  const { fault: _, ...rest } = s;
  return rest;
}

function addPerson(people: readonly Person[], person: Person): readonly Person[] {
  return people.some((one) => isSamePerson(one, person)) ? people : [...people, person];
}

function clearPendingApproval(s: Draft): Draft {
  const { pendingApproval: _, ...rest } = s;
  return rest;
}

function resetForResume(step: StepRecord): StepRecord {
  if (step.state === 'done') return step;
  return {
    ...initialStepRecord,
    ...(step.requestId ? { requestId: step.requestId } : {}),
    ...(step.hasBegun ? { hasBegun: true as const } : {}),
  };
}

function updateStep(s: Draft, key: string, change: (step: StepRecord) => WithUndefined<StepRecord>): Draft {
  const before = getStepRecord(s, key);
  const after = dropUndefined(change(before));
  s.steps.set(key, before.hasBegun || after.startedAt ? { ...after, hasBegun: true } : after);
  return s;
}

function updateAllSteps<S extends Pick<Draft, 'steps'>>(s: S, change: (step: StepRecord) => StepRecord): S {
  for (const [key, step] of s.steps) s.steps.set(key, change(step));
  return s;
}

type WithUndefined<T> = { readonly [K in keyof T]: T[K] | undefined };

function dropUndefined(step: WithUndefined<StepRecord>): StepRecord {
  return Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined)) as unknown as StepRecord;
}
