import { z } from 'zod';

/** Somebody in Slack: ids, never names, because names change hands. */
export const Person = z.object({ team: z.string(), user: z.string() });
export type Person = z.infer<typeof Person>;

/** What one side wanted and the other had. Never holds a secret. */
export const Difference = z.object({ field: z.string(), desired: z.string(), actual: z.string() });
export type Difference = z.infer<typeof Difference>;

/** A fault as a person reads it: what is so, whose it is, what to do next. `detail` is the API's own reason. */
export const StepError = z.object({
  code: z.string(),
  kind: z.enum(['transient', 'conflict', 'denied', 'invalid', 'cancelled', 'deferred', 'bug']),
  message: z.string(),
  remedy: z.string(),
  detail: z.string().optional(),
});
export type StepError = z.infer<typeof StepError>;

export const OutputValue = z.object({ name: z.string(), value: z.json() });

/** How a person goes on from a pause: to the next one, without another, or no further. */
export const PauseDecision = z.enum(['continue', 'continueToEnd', 'stop']);
export type PauseDecision = z.infer<typeof PauseDecision>;

/** What happened in a run, oldest first. Append-only: a new kind is added, an old one is never changed. */
export const EngineEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run.requested'), operation: z.string(), actor: Person }),
  z.object({ type: z.literal('run.claimed'), runner: z.string() }),
  z.object({ type: z.literal('run.resumed'), actor: Person }),
  z.object({ type: z.literal('run.cancelRequested'), actor: Person }),
  z.object({ type: z.literal('run.finished'), outcome: z.enum(['succeeded', 'failed', 'cancelled']) }),
  // `request` is the id that goes to Compute with the call. It is stored before the call, so that a repeat is no second machine.
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
    /** What somebody who looked by hand would have read. */
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
    /** A machine type that would do, where the cause is that machines are too small. */
    resizeTo: z.string().optional(),
  }),
  z.object({ type: z.literal('step.deferred'), step: z.string(), error: StepError }),
  z.object({ type: z.literal('step.conflicted'), step: z.string(), differences: z.array(Difference) }),
  z.object({
    type: z.literal('approval.requested'),
    digest: z.string(),
    deletions: z.array(z.string()),
    expiresAt: z.iso.datetime(),
  }),
  z.object({ type: z.literal('approval.granted'), digest: z.string(), actor: Person }),
  z.object({ type: z.literal('approval.rejected'), digest: z.string(), actor: Person }),
  /** A chapter of the tutorial is done, and somebody wanted a pause after it. */
  z.object({ type: z.literal('pause.requested'), chapter: z.number().int() }),
  z.object({ type: z.literal('pause.resolved'), chapter: z.number().int(), actor: Person, decision: PauseDecision }),
]);
export type EngineEvent = z.infer<typeof EngineEvent>;

/** An event with its place in the run: `seq` starts at 1 and has no gaps. */
export interface StoredEvent {
  readonly seq: number;
  readonly at: Date;
  readonly event: EngineEvent;
}
