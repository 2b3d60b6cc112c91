import type { Markdown } from './markdown.ts';

/** Date and time in the reader's time zone. */
export function formatTimestamp(at: Date): Markdown {
  const fallback = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return { markdown: `<!date^${Math.floor(+at / 1000)}^{date_short_pretty} {time}|${fallback}>` };
}

/** Time without date, in the reader's time zone. */
export function formatTime(at: Date): Markdown {
  const fallback = `${at.toISOString().slice(11, 16)} UTC`;
  return { markdown: `<!date^${Math.floor(+at / 1000)}^{time}|${fallback}>` };
}
