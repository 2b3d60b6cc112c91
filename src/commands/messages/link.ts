import { escapeMarkdown, type Markdown, md } from './markdown.ts';

/** Link to an HTTP URL. Any other URL is shown as its label only. */
export function formatLink(url: string, label: string): Markdown {
  const isSafe = /^https?:\/\/[^<>|\s]+$/.test(url);
  return isSafe
    ? { markdown: `<${url.replaceAll('&', '&amp;')}|${escapeMarkdown(label).replaceAll('|', '¦')}>` }
    : md`${label}`;
}
