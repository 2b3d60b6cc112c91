import type { z } from 'zod';
import type { EngineEvent, StoredEvent } from '../../store/events.ts';
import type { StepError } from '../../store/step-error.ts';

export type StepState = 'pending' | 'running' | 'done' | 'failed' | 'conflicted' | 'deferred';

export interface StepRecord {
  readonly state: StepState;
  /** Failures since the run was last taken up by a person. */
  readonly failures: number;
  /** The id that went to Compute with a call whose outcome is not known yet. Kept until the outcome is. */
  readonly requestId?: string;
  readonly retryAt?: Date;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  /** Last progress message since the run was started or resumed. */
  readonly lastLogLine?: string;
  readonly error?: StepError;
  readonly differences?: readonly { field: string; desired: string; actual: string }[];
}

export interface RunState {
  readonly steps: ReadonlyMap<string, StepRecord>;
  readonly outputs: ReadonlyMap<string, z.core.util.JSONType>;
  /** The question that waits for a person. */
  readonly pendingApproval?: PendingApproval;
  /** Digest of what a person has approved. */
  readonly approvedDigest?: string;
  /** A person said no, or nobody said yes in time. */
  readonly isRejected: boolean;
  readonly cancelRequested: boolean;
  /** The pause that waits for a person: the event that asked, and the chapter that is done. */
  readonly pendingPause?: { readonly seq: number; readonly chapter: number };
  /** The last chapter after which somebody went on. */
  readonly lastPassedChapter: number;
  /** Somebody wants no more pauses. */
  readonly skipsPauses: boolean;
  /** Somebody was told why it is slow or fails; said once, and again after a resume. */
  readonly hasDiagnosis: boolean;
  /** A person said go on, and no step was begun since. */
  readonly isResumed: boolean;
  readonly outcome?: 'succeeded' | 'failed' | 'cancelled';
  readonly finishedAt?: Date;
  /** Number of the last event that is in here. */
  readonly seq: number;
}

export interface PendingApproval {
  /** Number of the event that asked. */
  readonly seq: number;
  readonly digest: string;
  readonly deletions: readonly string[];
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
  seq: 0,
};

const initialStepRecord: StepRecord = { state: 'pending', failures: 0 };

export function getStepRecord(state: RunState, key: string): StepRecord {
  return state.steps.get(key) ?? initialStepRecord;
}

/** Pure: the state after these events. A run has no other state. */
export function foldEvents(events: readonly StoredEvent[], initialState: RunState = initialRunState): RunState {
  // One copy for all events: a run has hundreds of events and steps, and its state is read often.
  const draft: Draft = { ...initialState, steps: new Map(initialState.steps), outputs: new Map(initialState.outputs) };
  return events.reduce(applyToDraft, draft);
}

/** A state whose maps are its own, so that they can be changed where they are. */
interface Draft extends RunState {
  readonly steps: Map<string, StepRecord>;
  readonly outputs: Map<string, z.core.util.JSONType>;
}

function applyToDraft(draft: Draft, { seq, at, event }: StoredEvent): Draft {
  const s = { ...draft, seq };
  switch (event.type) {
    // A new runner holds the lease: whatever the old one had begun must be looked at again.
    case 'run.claimed':
      return updateAllSteps(s, (step) => (step.state === 'running' ? { ...step, state: 'pending' } : step));
    // A person says go on: what stopped is tried again, with all its attempts.
    case 'run.resumed': {
      const {
        outcome: _,
        approvedDigest: __,
        pendingApproval: ___,
        finishedAt: ____,
        ...open
      } = passChapter(s, s.pendingPause?.chapter);
      return {
        ...updateAllSteps(open, resetForResume),
        cancelRequested: false,
        isRejected: false,
        hasDiagnosis: false,
        isResumed: true,
      };
    }
    case 'run.cancelRequested':
      return { ...s, cancelRequested: true };
    case 'run.finished':
      return { ...s, outcome: event.outcome, finishedAt: at };
    case 'step.started':
      return updateStep({ ...s, isResumed: false }, event.step, (step) => ({
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
      const { digest, deletions, expiresAt } = event;
      return { ...s, pendingApproval: { seq, digest, deletions, expiresAt: new Date(expiresAt) } };
    }
    // Two who told it at once wrote it twice: the first counts, and none for a question that was never asked or is past.
    case 'approval.granted':
      return s.pendingApproval?.digest === event.digest
        ? { ...clearPendingApproval(s), approvedDigest: event.digest }
        : s;
    case 'approval.rejected':
      return s.pendingApproval?.digest === event.digest ? { ...clearPendingApproval(s), isRejected: true } : s;
    case 'pause.requested':
      return { ...s, pendingPause: { seq, chapter: event.chapter } };
    case 'pause.resolved': {
      // Two who told it at once wrote it twice.
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
    case 'step.logged':
      return updateStep(s, event.step, (step) => ({ ...step, lastLogLine: event.message }));
    case 'run.requested':
      return s;
    default:
      return event satisfies never;
  }
}

function applyFailure(step: StepRecord, event: Extract<EngineEvent, { type: 'step.failed' }>, at: Date): StepRecord {
  const { requestId: _, retryAt: __, ...rest } = step;
  // Only where no answer came may the same call go out again under the same id; a new try is a new call.
  const isOutcomeUnknown = event.error.code === 'outcome-unknown' || event.error.kind === 'cancelled';
  const keptRequestId = isOutcomeUnknown && step.requestId ? { requestId: step.requestId } : {};
  // Being stopped is no failure: a run that was put down ten times has as many attempts left as before.
  const failures = step.failures + (event.error.kind === 'cancelled' ? 0 : 1);
  return event.retryAt
    ? { ...rest, ...keptRequestId, state: 'pending', failures, error: event.error, retryAt: new Date(event.retryAt) }
    : { ...rest, ...keptRequestId, state: 'failed', failures, error: event.error, finishedAt: at };
}

/** Somebody went on after a chapter, if there was a pause. */
function passChapter(s: Draft, chapter: number | undefined): Draft {
  const { pendingPause: _, ...rest } = s;
  return { ...rest, lastPassedChapter: Math.max(s.lastPassedChapter, chapter ?? 0) };
}

function clearPendingApproval(s: Draft): Draft {
  const { pendingApproval: _, ...rest } = s;
  return rest;
}

function resetForResume(step: StepRecord): StepRecord {
  if (step.state === 'done') return step;
  return { ...initialStepRecord, ...(step.requestId ? { requestId: step.requestId } : {}) };
}

function updateStep(s: Draft, key: string, change: (step: StepRecord) => WithUndefined<StepRecord>): Draft {
  s.steps.set(key, dropUndefined(change(getStepRecord(s, key))));
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
