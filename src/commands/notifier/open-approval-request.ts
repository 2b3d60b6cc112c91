import type { StoredEvent } from '../../store/events.ts';
import { type ApprovalRequest, findApprovalRequest } from './approval-request.ts';
import { getApprovalStatus } from './approval-status.ts';

/** The pending approval request. Pure. */
export function findOpenApprovalRequest(events: readonly StoredEvent[]): ApprovalRequest | undefined {
  const last = events.findLast(({ event }) => event.type === 'approval.requested');
  const request = last && findApprovalRequest(events, last.seq);
  return request && getApprovalStatus(events, request).kind === 'open' ? request : undefined;
}
