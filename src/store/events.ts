import { z } from 'zod';
import { Person } from './person.ts';
import { Difference, StepError } from './step-error.ts';

const OutputValue = z.object({ name: z.string(), value: z.json() });

/** Reply to a pause: continue to the next pause, continue without pauses, or stop. */
export const PauseDecision = z.enum(['continue', 'continueToEnd', 'stop']);
export type PauseDecision = z.infer<typeof PauseDecision>;

/** What a runner does outside of steps. `takeover`: continuing a run that repeatedly made no progress. */
const RunActivity = z.enum(['planning', 'opening', 'drift', 'preview', 'takeover']);
export type RunActivity = z.infer<typeof RunActivity>;

export const StoppedRun = z.object({
  run: z.string(),
  operation: z.string(),
  requester: Person,
  /** Share of its steps that were done when the approval was requested. */
  donePercent: z.number().int().min(0).max(100),
});
export type StoppedRun = z.infer<typeof StoppedRun>;

/** Event of a run. Stored names are permanent: add new types, never change existing ones. */
export const EngineEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run.requested'), operation: z.string(), actor: Person }),
  z.object({ type: z.literal('run.claimed'), runner: z.string() }),
  z.object({ type: z.literal('run.resumed'), actor: Person }),
  z.object({
    type: z.literal('run.cancelRequested'),
    actor: Person,
    /** Another run takes its place. `actor` approved or confirmed that. */
    preemptedBy: z.object({ run: z.string(), operation: z.string() }).optional(),
  }),
  /** An error outside of steps: while opening clients, detecting drift or previewing a deletion. */
  z.object({
    type: z.literal('run.faulted'),
    activity: RunActivity,
    error: StepError,
    retryAt: z.iso.datetime().optional(),
  }),
  /** A newer run has changed the cluster, so this one can't be resumed any more. */
  z.object({ type: z.literal('run.superseded'), by: z.string(), operation: z.string() }),
  z.object({ type: z.literal('run.finished'), outcome: z.enum(['succeeded', 'failed', 'cancelled']) }),
  // `requestId` goes to Compute Engine. It is stored before the call, so that a retry creates no second resource.
  z.object({
    type: z.literal('step.started'),
    step: z.string(),
    attempt: z.number().int().positive(),
    requestId: z.uuid(),
  }),
  z.object({ type: z.literal('step.logged'), step: z.string(), message: z.string() }),
  z.object({
    type: z.literal('step.finished'),
    step: z.string(),
    outcome: z.enum(['applied', 'adopted', 'removed', 'alreadyAbsent']),
    outputs: z.array(OutputValue).default([]),
    /** Output of the equivalent manual command. */
    commandOutput: z.string().optional(),
  }),
  z.object({
    type: z.literal('step.failed'),
    step: z.string(),
    error: StepError,
    retryAt: z.iso.datetime().optional(),
  }),
  z.object({
    type: z.literal('step.diagnosed'),
    step: z.string(),
    findings: z.array(z.string()),
    /** Suggested machine type if undersized instances are the cause. */
    resizeTo: z.string().optional(),
  }),
  z.object({ type: z.literal('step.deferred'), step: z.string(), error: StepError }),
  /** On a resume: results of completed steps were deleted or replaced outside kthw, so the steps run again. */
  z.object({ type: z.literal('steps.reset'), steps: z.array(z.string()), reasons: z.array(z.string()) }),
  z.object({ type: z.literal('step.conflicted'), step: z.string(), differences: z.array(Difference) }),
  z.object({
    type: z.literal('approval.requested'),
    digest: z.string(),
    deletions: z.array(z.string()),
    /** Active run that the approval stops. */
    stops: StoppedRun.optional(),
    expiresAt: z.iso.datetime(),
  }),
  z.object({ type: z.literal('approval.granted'), digest: z.string(), actor: Person }),
  z.object({ type: z.literal('approval.rejected'), digest: z.string(), actor: Person }),
  /** A tutorial chapter is complete, and a pause after each chapter was requested. */
  z.object({ type: z.literal('pause.requested'), chapter: z.number().int() }),
  z.object({ type: z.literal('pause.resolved'), chapter: z.number().int(), actor: Person, decision: PauseDecision }),
]);
export type EngineEvent = z.infer<typeof EngineEvent>;

/** `seq` starts at 1 in each run and has no gaps. */
export interface StoredEvent {
  readonly seq: number;
  readonly at: Date;
  readonly event: EngineEvent;
}
