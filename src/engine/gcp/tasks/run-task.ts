import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StoredEvent } from '../../../store/events.ts';

/** What a task carries: that somebody should look at a run, and why. */
export const RunTask = z.object({
  run: z.string().min(1).max(200),
  /** Number of the turn, see `turnOf`, that the run was at when the task was made. */
  triggerSeq: z.number().int().min(0),
  /**
   * `requested`: somebody spoke; `timeSliceEnded`: a slice ended; `retry`: it was not to be had; `approvalExpired`: nobody answered in time;
   * `start`: a process started.
   */
  cause: z.enum(['requested', 'timeSliceEnded', 'retry', 'approvalExpired', 'start']),
  /** How often this turn was looked at in vain before, for this cause. */
  attempt: z.number().int().min(0),
});
export type RunTask = z.infer<typeof RunTask>;

/**
 * Number of the last event by which the run came into somebody's hands: a runner took it, or a person spoke. Every reason
 * to look at a run makes a new turn, so tasks that say the same turn and cause would do the same.
 *
 * @param since a turn that it had before
 * @param events those after it, or more
 */
export function getTriggerSeq(events: readonly StoredEvent[], since = 0): number {
  return events.findLast(({ event }) => isTriggerEvent(event))?.seq ?? since;
}

/**
 * The name under which Cloud Tasks takes one look once: while the task exists and about an hour longer. A hash comes first
 * because names with a common beginning slow the queue down (CreateTask in google/cloud/tasks/v2/cloudtasks.proto).
 */
export function buildTaskId({ run, triggerSeq, cause, attempt }: RunTask): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([run, triggerSeq, cause, attempt]))
    .digest('hex');
  return `${hash.slice(0, 16)}-${run.replaceAll(/[^A-Za-z0-9_-]/g, '_')}-${triggerSeq}-${cause}-${attempt}`;
}

function isTriggerEvent({ type }: StoredEvent['event']): boolean {
  switch (type) {
    case 'run.requested':
    case 'run.resumed':
    case 'run.cancelRequested':
    case 'run.claimed':
    case 'approval.granted':
    case 'approval.rejected':
    case 'pause.resolved':
      return true;
    case 'run.finished':
    case 'step.started':
    case 'step.logged':
    case 'step.diagnosed':
    case 'step.finished':
    case 'step.failed':
    case 'step.deferred':
    case 'step.conflicted':
    case 'approval.requested':
    case 'pause.requested':
      return false;
    default:
      return type satisfies never;
  }
}
