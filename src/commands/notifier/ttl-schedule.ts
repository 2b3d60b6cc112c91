import type { ClusterRecord, RecordValue } from '../../store/records.ts';

/** What happens to a cluster whose time is over and nobody says anything. */
export type ExpiryAction = 'ask' | 'delete';

/** What a press of Extend gives. */
export const extensionHours = 8;

const reminderLeadMs = 30 * 60_000;
const reminderIntervalMs = 4 * 3_600_000;
/** A process that was to ask and ended before it had: another asks. */
const claimDurationMs = 120_000;

/** When a cluster goes that is asked about now for the first time: nobody is to be surprised. Pure. */
export function getDeletionTime(expiresAt: Date, firstSentAt: Date): Date {
  return new Date(Math.max(+expiresAt, +firstSentAt + reminderLeadMs));
}

/** What is due about the end of a cluster. Pure. `reminder`: what was done about it so far. */
export function getDueAction(
  { expiresAt, state }: ClusterRecord,
  reminder: RecordValue<'ttlReminder'> | undefined,
  now: Date,
  expiryAction: ExpiryAction,
): 'ask' | 'delete' | undefined {
  if (expiresAt === undefined || state === 'deleted' || state === 'deleting') return undefined;
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
