import { z } from 'zod';

/** Somebody in Slack: ids, never names, because names change hands. */
export const Person = z.object({ team: z.string(), user: z.string() });
export type Person = z.infer<typeof Person>;

/** What one side wanted and the other had. Never holds a secret. */
export const Difference = z.object({ field: z.string(), wanted: z.string(), found: z.string() });
export type Difference = z.infer<typeof Difference>;

/** A fault as a person reads it: what is so, whose it is, what to do next. `detail` is the API's own reason. */
export const Fault = z.object({
  code: z.string(),
  kind: z.enum(['transient', 'conflict', 'denied', 'invalid', 'cancelled', 'postponed', 'bug']),
  message: z.string(),
  next: z.string(),
  detail: z.string().optional(),
});
export type Fault = z.infer<typeof Fault>;

export const Fact = z.object({ name: z.string(), value: z.json() });

/** How a person goes on from a pause: to the next one, without another, or no further. */
export const Onward = z.enum(['next', 'through', 'stop']);
export type Onward = z.infer<typeof Onward>;

/** What happened in a run, oldest first. Append-only: a new kind is added, an old one is never changed. */
export const EngineEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run.requested'), operation: z.string(), by: Person }),
  z.object({ type: z.literal('run.taken'), runner: z.string() }),
  z.object({ type: z.literal('run.resumed'), by: Person }),
  z.object({ type: z.literal('run.cancelAsked'), by: Person }),
  z.object({ type: z.literal('run.finished'), as: z.enum(['succeeded', 'failed', 'cancelled']) }),
  // `request` is the id that goes to Compute with the call. It is stored before the call, so that a repeat is no second machine.
  z.object({
    type: z.literal('step.started'),
    step: z.string(),
    attempt: z.number().int().positive(),
    request: z.uuid(),
  }),
  z.object({ type: z.literal('step.said'), step: z.string(), line: z.string() }),
  z.object({
    type: z.literal('step.finished'),
    step: z.string(),
    outcome: z.enum(['applied', 'adopted', 'removed', 'gone']),
    facts: z.array(Fact).default([]),
    /** What somebody who looked by hand would have read. */
    saw: z.string().optional(),
  }),
  z.object({
    type: z.literal('step.failed'),
    step: z.string(),
    fault: Fault,
    retryAt: z.iso.datetime().optional(),
  }),
  z.object({
    type: z.literal('step.diagnosed'),
    step: z.string(),
    findings: z.array(z.string()),
    /** A machine type that would do, where the cause is that machines are too small. */
    resizeTo: z.string().optional(),
  }),
  z.object({ type: z.literal('step.postponed'), step: z.string(), fault: Fault }),
  z.object({ type: z.literal('step.conflicted'), step: z.string(), fields: z.array(Difference) }),
  z.object({
    type: z.literal('approval.asked'),
    digest: z.string(),
    destroys: z.array(z.string()),
    expiresAt: z.iso.datetime(),
  }),
  z.object({ type: z.literal('approval.given'), digest: z.string(), by: Person }),
  z.object({ type: z.literal('approval.refused'), digest: z.string(), by: Person }),
  /** A chapter of the tutorial is done, and somebody wanted a pause after it. */
  z.object({ type: z.literal('pause.asked'), chapter: z.number().int() }),
  z.object({ type: z.literal('pause.over'), chapter: z.number().int(), by: Person, how: Onward }),
]);
export type EngineEvent = z.infer<typeof EngineEvent>;

/** An event with its place in the run: `seq` starts at 1 and has no gaps. */
export interface StoredEvent {
  readonly seq: number;
  readonly at: Date;
  readonly event: EngineEvent;
}
