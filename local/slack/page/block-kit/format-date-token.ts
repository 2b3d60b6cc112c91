/**
 * A date as Slack's format words say it, in the reader's own words and time zone.
 * @param seconds Unix seconds
 */
export function dateText(seconds: number, format: string, fallback: string): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return fallback;
  const day = date.toLocaleDateString(undefined, { dateStyle: 'long' });
  const short = date.toLocaleDateString(undefined, { dateStyle: 'medium' });
  const full = date.toLocaleDateString(undefined, { dateStyle: 'full' });
  const parts: Readonly<Record<string, string>> = {
    ...{ date_num: date.toLocaleDateString(), date: day, date_pretty: day },
    ...{ date_short: short, date_short_pretty: short, date_long: full, date_long_pretty: full },
    time: date.toLocaleTimeString(undefined, { timeStyle: 'short' }),
    time_secs: date.toLocaleTimeString(),
  };
  return format.replace(/\{(\w+)\}/g, (whole, name: string) => parts[name] ?? whole);
}
