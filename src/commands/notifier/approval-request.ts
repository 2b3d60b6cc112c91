import type { StoppedRun, StoredEvent } from '../../store/events.ts';

export interface ApprovalRequest {
  readonly seq: number;
  readonly digest: string;
  readonly deletions: readonly string[];
  /** The active run that the approval stops. */
  readonly stops?: StoppedRun;
  readonly expiresAt: Date;
}

/** Approval request of event `seq`. Pure. */
export function findApprovalRequest(events: readonly StoredEvent[], seq: number): ApprovalRequest | undefined {
  const event = events.find((one) => one.seq === seq)?.event;
  if (event?.type !== 'approval.requested') return undefined;
  const { digest, deletions, stops, expiresAt } = event;
  return { seq, digest, deletions, expiresAt: new Date(expiresAt), ...(stops ? { stops } : {}) };
}
