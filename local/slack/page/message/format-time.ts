/** The time of day of a message. */
export function clock(ts: string): string {
  return at(ts).toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' });
}

/** The day of a message, as a heading. */
export function day(ts: string): string {
  const date = at(ts);
  const today = new Date();
  const yesterday = new Date(today.getTime() - 86_400_000);
  if (date.toDateString() === today.toDateString()) return 'Today';
  if (date.toDateString() === yesterday.toDateString()) return 'Yesterday';
  return date.toLocaleDateString(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
}

/** The whole moment of a message. */
export function at(ts: string): Date {
  return new Date(Number(ts) * 1000);
}
