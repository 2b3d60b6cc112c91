import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StoredEvent } from '../../../store/events.ts';

/** What a task carries: that somebody should look at a run, and why. */
export const Look = z.object({
  run: z.string().min(1).max(200),
  /** Number of the turn, see `turnOf`, that the run was at when the task was made. */
  turn: z.number().int().min(0),
  /**
   * `asked`: somebody spoke; `next`: a slice ended; `again`: it was not to be had; `silence`: nobody answered in time;
   * `start`: a process started.
   */
  cause: z.enum(['asked', 'next', 'again', 'silence', 'start']),
  /** How often this turn was looked at in vain before, for this cause. */
  nth: z.number().int().min(0),
});
export type Look = z.infer<typeof Look>;

/**
 * Number of the last event by which the run came into somebody's hands: a runner took it, or a person spoke. Every reason
 * to look at a run makes a new turn, so tasks that say the same turn and cause would do the same.
 *
 * @param since a turn that it had before
 * @param events those after it, or more
 */
export function turnOf(events: readonly StoredEvent[], since = 0): number {
  return events.findLast(({ event }) => beginsTurn(event))?.seq ?? since;
}

/**
 * The name under which Cloud Tasks takes one look once: while the task exists and about an hour longer. A hash comes first
 * because names with a common beginning slow the queue down (CreateTask in google/cloud/tasks/v2/cloudtasks.proto).
 */
export function taskIdOf({ run, turn, cause, nth }: Look): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([run, turn, cause, nth]))
    .digest('hex');
  return `${hash.slice(0, 16)}-${run.replaceAll(/[^A-Za-z0-9_-]/g, '_')}-${turn}-${cause}-${nth}`;
}

function beginsTurn({ type }: StoredEvent['event']): boolean {
  switch (type) {
    case 'run.requested':
    case 'run.resumed':
    case 'run.cancelAsked':
    case 'run.taken':
    case 'approval.given':
    case 'approval.refused':
    case 'pause.over':
      return true;
    case 'run.finished':
    case 'step.started':
    case 'step.said':
    case 'step.diagnosed':
    case 'step.finished':
    case 'step.failed':
    case 'step.postponed':
    case 'step.conflicted':
    case 'approval.asked':
    case 'pause.asked':
      return false;
    default:
      return type satisfies never;
  }
}
