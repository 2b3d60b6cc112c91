import type { ClusterRecord, RecordValue } from '../../store/records.ts';

/** Action on an expired cluster without a response to the reminder. */
export type ExpiryAction = 'ask' | 'delete';

export const extensionHours = 8;

const reminderLeadMs = 30 * 60_000;
const reminderIntervalMs = 4 * 3_600_000;
/** After this, another process takes over the reminder of a process that ended before it was sent. */
const claimDurationMs = 120_000;

/** Expiry, but at least `reminderLeadMs` after the first reminder. Pure. */
export function getDeletionTime(expiresAt: Date, firstSentAt: Date): Date {
  return new Date(Math.max(+expiresAt, +firstSentAt + reminderLeadMs));
}

/** Due action of a cluster with a TTL. Pure. @param reminder record of earlier reminders */
export function getDueAction(
  { expiresAt, settledState }: ClusterRecord,
  reminder: RecordValue<'ttlReminder'> | undefined,
  now: Date,
  expiryAction: ExpiryAction,
): 'ask' | 'delete' | undefined {
  if (expiresAt === undefined || settledState === 'deleted') return undefined;
  const end = +new Date(expiresAt);
  if (+now < end - reminderLeadMs) return undefined;
  const current = reminder?.expiresAt === expiresAt ? reminder : undefined;
  if (current && !current.sentAt && +now < +new Date(current.claimedAt) + claimDurationMs) return undefined;
  if (!current?.firstSentAt || !current.sentAt) return 'ask';
  if (expiryAction === 'delete' && !current.deletedAt) {
    return now >= getDeletionTime(new Date(end), new Date(current.firstSentAt)) ? 'delete' : undefined;
  }
  const lastSentMs = +new Date(current.sentAt);
  const next = lastSentMs < end ? end : lastSentMs + reminderIntervalMs;
  return +now >= next ? 'ask' : undefined;
}
