import type { StoredEvent } from '../../store/events.ts';
import type { Person } from '../../store/person.ts';
import { type ApprovalRequest, findApprovalRequest } from './approval-request.ts';

/** Status of an approval request. `open` and `approved` are not final. */
export interface ApprovalStatus {
  readonly kind: 'open' | 'approved' | 'ended' | 'refused' | 'superseded' | 'expired' | 'over';
  readonly answer?: { readonly actor: Person; readonly at: Date };
  /** End of the run that was approved. */
  readonly end?: { readonly outcome: 'succeeded' | 'failed' | 'cancelled'; readonly at: Date };
  /** Who cancelled the run before it was approved. */
  readonly stoppedBy?: Person;
}

/** Pure. @param events all events of the run */
export function getApprovalStatus(events: readonly StoredEvent[], request: ApprovalRequest): ApprovalStatus {
  let answer: ApprovalStatus['answer'];
  let stoppedBy: Person | undefined;
  for (const { event, at } of events.filter(({ seq }) => seq > request.seq)) {
    switch (event.type) {
      case 'approval.granted':
        answer ??= { actor: event.actor, at };
        break;
      case 'approval.rejected':
        if (!answer) return { kind: 'refused', answer: { actor: event.actor, at } };
        break;
      case 'approval.requested':
        return { kind: 'superseded', ...(answer ? { answer } : {}) };
      case 'run.cancelRequested':
        stoppedBy ??= event.actor;
        break;
      case 'run.finished':
        if (answer) return { kind: 'ended', answer, end: { outcome: event.outcome, at } };
        if (stoppedBy) return { kind: 'over', stoppedBy };
        return { kind: at >= request.expiresAt ? 'expired' : 'over' };
      default:
    }
  }
  return answer ? { kind: 'approved', answer } : { kind: 'open' };
}

/** The status can't change any more. */
export function isFinalStatus({ kind }: ApprovalStatus): boolean {
  return kind !== 'open' && kind !== 'approved';
}

/** The pending approval request. Pure. */
export function findOpenApprovalRequest(events: readonly StoredEvent[]): ApprovalRequest | undefined {
  const last = events.findLast(({ event }) => event.type === 'approval.requested');
  const request = last && findApprovalRequest(events, last.seq);
  return request && getApprovalStatus(events, request).kind === 'open' ? request : undefined;
}
