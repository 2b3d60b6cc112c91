/** Formats a message's time of day. */
export function formatTime(ts: string): string {
  return toDate(ts).toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' });
}

/** Formats a message's day as a heading. */
export function formatDay(ts: string): string {
  const date = toDate(ts);
  const today = new Date();
  const yesterday = new Date(today.getTime() - 86_400_000);
  if (date.toDateString() === today.toDateString()) return 'Today';
  if (date.toDateString() === yesterday.toDateString()) return 'Yesterday';
  return date.toLocaleDateString(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
}

/** Converts a message's `ts` to a date. */
export function toDate(ts: string): Date {
  return new Date(Number(ts) * 1000);
}
