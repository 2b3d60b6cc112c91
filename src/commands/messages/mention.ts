import type { Person } from '../../store/person.ts';
import type { Principal } from '../authorization/policy.ts';
import { joinMarkdown, type Markdown, md } from './markdown.ts';

const maxMentions = 10;

export function formatMention({ user }: Person): Markdown {
  return { markdown: `<@${sanitizeId(user)}>` };
}

/** Users and user groups: the first ten, then a count. */
export function formatMentions(people: readonly Principal[]): Markdown {
  const links = people
    .slice(0, maxMentions)
    .map((one) => ('group' in one ? { markdown: `<!subteam^${sanitizeId(one.group)}>` } : formatMention(one)));
  const hiddenCount = people.length - links.length;
  return joinMarkdown(hiddenCount > 0 ? [...links, md`${hiddenCount} more`] : links, ', ');
}

export function formatChannelLink(id: string): Markdown {
  return { markdown: `<#${sanitizeId(id)}>` };
}

function sanitizeId(id: string): string {
  return id.replaceAll(/[^A-Z0-9]/gi, '');
}
