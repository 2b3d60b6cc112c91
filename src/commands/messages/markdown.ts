import type { Person } from '../../store/person.ts';
import type { Principal } from '../authorization/policy.ts';

const maxMentions = 10;

/** Text in Slack's own markup, with everything that came from outside already made harmless. */
export interface Markdown {
  readonly markdown: string;
}

/** Slack's markup from a template: what is interpolated is escaped, unless it is markup itself. */
export function md(parts: TemplateStringsArray, ...values: readonly (string | number | Markdown)[]): Markdown {
  const out = parts.map((part, i) => part + (i < values.length ? toMarkup(values[i] ?? '') : ''));
  return { markdown: out.join('') };
}

export function joinMarkdown(items: readonly Markdown[], separator = '\n'): Markdown {
  return { markdown: items.map((item) => item.markdown).join(separator) };
}

/** In a fixed width. A backtick inside would end it, so it is shown as an apostrophe. */
export function formatCode(text: string): Markdown {
  return { markdown: `\`${escapeMarkdown(text.replaceAll('`', '’'))}\`` };
}

/** Words between backticks are shown in a fixed width. `shown`: what stands there instead of them. */
export function formatBackticks(text: string, transform: (words: string) => string = (words) => words): Markdown {
  const parts = text.split('`');
  const isClosed = (i: number) => i % 2 === 1 && i < parts.length - 1;
  return joinMarkdown(
    parts.map((part, i) => (isClosed(i) && part !== '' ? formatCode(transform(part)) : md`${part}`)),
    '',
  );
}

export function formatMention({ user }: Person): Markdown {
  return { markdown: `<@${user.replaceAll(/[^A-Z0-9]/gi, '')}>` };
}

/** People and user groups as links; with many, the first ones. */
export function formatMentions(people: readonly Principal[]): Markdown {
  const links = people
    .slice(0, maxMentions)
    .map((one) => ('group' in one ? formatGroupMention(one.group) : formatMention(one)));
  const hiddenCount = people.length - links.length;
  return joinMarkdown(hiddenCount > 0 ? [...links, md`${hiddenCount} more`] : links, ', ');
}

export function formatChannelLink(id: string): Markdown {
  return { markdown: `<#${id.replaceAll(/[^A-Z0-9]/gi, '')}>` };
}

/** A page of Slack's own. Anything else is shown as what it is called, without a link. */
export function formatLink(url: string, label: string): Markdown {
  const isSafe = /^https?:\/\/[^<>|\s]+$/.test(url);
  return isSafe
    ? { markdown: `<${url.replaceAll('&', '&amp;')}|${escapeMarkdown(label).replaceAll('|', '¦')}>` }
    : md`${label}`;
}

/** An instant in the reader's own time zone. */
export function formatTimestamp(at: Date): Markdown {
  const fallback = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return { markdown: `<!date^${Math.floor(+at / 1000)}^{date_short_pretty} {time}|${fallback}>` };
}

/** A time of today, short, in the reader's own time zone. */
export function formatTime(at: Date): Markdown {
  const fallback = `${at.toISOString().slice(11, 16)} UTC`;
  return { markdown: `<!date^${Math.floor(+at / 1000)}^{time}|${fallback}>` };
}

/** `&`, `<` and `>` start entities, mentions and links in Slack; three backticks start a block that would never end. */
function escapeMarkdown(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('```', '’’’');
}

function formatGroupMention(id: string): Markdown {
  return { markdown: `<!subteam^${id.replaceAll(/[^A-Z0-9]/gi, '')}>` };
}

function toMarkup(value: string | number | Markdown): string {
  return typeof value === 'object' ? value.markdown : escapeMarkdown(String(value));
}
