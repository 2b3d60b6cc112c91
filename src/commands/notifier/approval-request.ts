import type { StoredEvent } from '../../store/events.ts';

export interface ApprovalRequest {
  readonly seq: number;
  readonly digest: string;
  readonly deletions: readonly string[];
  readonly expiresAt: Date;
}

/** Approval request of event `seq`. Pure. */
export function findApprovalRequest(events: readonly StoredEvent[], seq: number): ApprovalRequest | undefined {
  const event = events.find((one) => one.seq === seq)?.event;
  if (event?.type !== 'approval.requested') return undefined;
  return { seq, digest: event.digest, deletions: event.deletions, expiresAt: new Date(event.expiresAt) };
}
