/**
 * Formats a date by Slack's date tokens, in the browser's language and time zone.
 * @param seconds Unix seconds
 */
export function formatDateToken(seconds: number, format: string, fallback: string): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return fallback;
  const day = date.toLocaleDateString(undefined, { dateStyle: 'long' });
  const shortDay = date.toLocaleDateString(undefined, { dateStyle: 'medium' });
  const fullDay = date.toLocaleDateString(undefined, { dateStyle: 'full' });
  const parts: Readonly<Record<string, string>> = {
    date_num: date.toLocaleDateString(),
    date: day,
    date_pretty: day,
    date_short: shortDay,
    date_short_pretty: shortDay,
    date_long: fullDay,
    date_long_pretty: fullDay,
    time: date.toLocaleTimeString(undefined, { timeStyle: 'short' }),
    time_secs: date.toLocaleTimeString(),
  };
  return format.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(parts, name) ? (parts[name] ?? whole) : whole,
  );
}
