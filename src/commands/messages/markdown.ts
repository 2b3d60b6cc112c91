import type { Person } from '../../store/person.ts';
import type { Principal } from '../authorization/policy.ts';

/** Slack mrkdwn with all external text escaped. */
export interface Markdown {
  readonly markdown: string;
}

/** Template tag: escapes interpolated strings, keeps interpolated Markdown. Its methods build Markdown from data. */
export const md = Object.assign(renderTemplate, {
  join: (items: readonly Markdown[], separator = '\n'): Markdown => ({
    markdown: items.map((item) => item.markdown).join(separator),
  }),

  /** Inline code. A backtick would end it, so it is replaced by an apostrophe. */
  code: (text: string): Markdown => ({ markdown: `\`${escapeMarkdown(text.replaceAll('`', '’'))}\`` }),

  /** Formats text between backticks as code. @param transform of the text between backticks */
  codeSpans: (text: string, transform = (code: string) => code): Markdown => {
    const parts = text.split('`');
    const isClosed = (i: number) => i % 2 === 1 && i < parts.length - 1;
    return md.join(
      parts.map((part, i) => (isClosed(i) && part !== '' ? md.code(transform(part)) : md`${part}`)),
      '',
    );
  },

  /** Link to an HTTP URL. Any other URL is shown as its label only. */
  link: (url: string, label: string): Markdown =>
    /^https?:\/\/[^<>|\s]+$/.test(url)
      ? { markdown: `<${url.replaceAll('&', '&amp;')}|${escapeMarkdown(label).replaceAll('|', '¦')}>` }
      : md`${label}`,

  mention: ({ user }: Person): Markdown => ({ markdown: `<@${sanitizeId(user)}>` }),

  /** Users and user groups: the first ten, then a count. */
  mentions: (people: readonly Principal[]): Markdown => {
    const links = people
      .slice(0, maxMentions)
      .map((one) => ('group' in one ? { markdown: `<!subteam^${sanitizeId(one.group)}>` } : md.mention(one)));
    const hiddenCount = people.length - links.length;
    return md.join(hiddenCount > 0 ? [...links, md`${hiddenCount} more`] : links, ', ');
  },

  channel: (id: string): Markdown => ({ markdown: `<#${sanitizeId(id)}>` }),

  /** Date and time in the reader's time zone. */
  timestamp: (at: Date): Markdown =>
    formatDate(at, '{date_short_pretty} {time}', at.toISOString().slice(0, 16).replace('T', ' ')),

  /** Time without date, in the reader's time zone. */
  time: (at: Date): Markdown => formatDate(at, '{time}', at.toISOString().slice(11, 16)),
});

const maxMentions = 10;

function renderTemplate(parts: TemplateStringsArray, ...values: readonly (string | number | Markdown)[]): Markdown {
  const toMarkup = (value: string | number | Markdown = '') =>
    typeof value === 'object' ? value.markdown : escapeMarkdown(String(value));
  return { markdown: parts.map((part, i) => part + toMarkup(values[i])).join('') };
}

/** `&`, `<` and `>` start entities, mentions and links in Slack; three backticks start a code block. */
function escapeMarkdown(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('```', '’’’');
}

function sanitizeId(id: string): string {
  return id.replaceAll(/[^A-Z0-9]/gi, '');
}

/** @param fallback for clients without date formatting, in UTC */
function formatDate(at: Date, format: string, fallback: string): Markdown {
  return { markdown: `<!date^${Math.floor(+at / 1000)}^${format}|${fallback} UTC>` };
}
