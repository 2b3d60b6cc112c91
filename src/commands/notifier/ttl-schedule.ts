import type { ClusterRecord, RecordOf } from '../../store/records.ts';

/** What happens to a cluster whose time is over and nobody says anything. */
export type AtTheEnd = 'ask' | 'delete';

/** What a press of Extend gives. */
export const extendHours = 8;

const beforeMs = 30 * 60_000;
const againMs = 4 * 3_600_000;
/** A process that was to ask and ended before it had: another asks. */
const claimMs = 120_000;

/** When a cluster goes that is asked about now for the first time: nobody is to be surprised. Pure. */
export function deletesAt(endsAt: Date, firstAt: Date): Date {
  return new Date(Math.max(+endsAt, +firstAt + beforeMs));
}

/** What is due about the end of a cluster. Pure. `reminder`: what was done about it so far. */
export function dueNow(
  { endsAt, state }: ClusterRecord,
  reminder: RecordOf<'reminder'> | undefined,
  now: Date,
  atTheEnd: AtTheEnd,
): 'ask' | 'delete' | undefined {
  if (endsAt === undefined || state === 'deleted' || state === 'deleting') return undefined;
  const end = +new Date(endsAt);
  if (+now < end - beforeMs) return undefined;
  const known = reminder?.endsAt === endsAt ? reminder : undefined;
  if (known && !known.askedAt && +now < +new Date(known.claimedAt) + claimMs) return undefined;
  if (!known?.firstAt || !known.askedAt) return 'ask';
  if (atTheEnd === 'delete' && !known.deletedAt) {
    return now >= deletesAt(new Date(end), new Date(known.firstAt)) ? 'delete' : undefined;
  }
  const asked = +new Date(known.askedAt);
  const next = asked < end ? end : asked + againMs;
  return +now >= next ? 'ask' : undefined;
}
