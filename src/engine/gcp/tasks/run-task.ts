import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StoredEvent } from '../../../store/events.ts';

/** Payload of a task: the run to execute and the reason. */
export const RunTask = z.object({
  run: z.string().min(1).max(200),
  /** Result of `getTriggerSeq` when the task was created. */
  triggerSeq: z.number().int().min(0),
  /**
   * `requested`: a user acted; `timeSliceEnded`: a slice ended; `retry`: the run was leased or blocked;
   * `approvalExpired`: an approval request expired; `start`: a process started.
   */
  cause: z.enum(['requested', 'timeSliceEnded', 'retry', 'approvalExpired', 'start']),
  /** Number of earlier attempts for this trigger and cause. */
  attempt: z.number().int().min(0),
});
export type RunTask = z.infer<typeof RunTask>;

/**
 * Returns the sequence number of the last event that triggered work: a runner claimed the run, or a user acted. Tasks with
 * the same trigger and cause would do the same work.
 *
 * @param events events after `since`, or more
 * @param since an earlier result for this run
 */
export function getTriggerSeq(events: readonly StoredEvent[], since = 0): number {
  return events.findLast(({ event }) => isTriggerEvent(event))?.seq ?? since;
}

/**
 * Builds the task name, by which Cloud Tasks deduplicates while the task exists and for about an hour afterwards. It starts
 * with a hash because names with a common prefix slow the queue down (CreateTask in google/cloud/tasks/v2/cloudtasks.proto).
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
    case 'run.faulted':
    case 'run.superseded':
    case 'step.started':
    case 'step.logged':
    case 'step.diagnosed':
    case 'step.finished':
    case 'step.failed':
    case 'step.deferred':
    case 'step.conflicted':
    case 'steps.reset':
    case 'approval.requested':
    case 'pause.requested':
      return false;
    default:
      return type satisfies never;
  }
}
