import type { Team } from '../team.ts';

/**
 * Converts a typed message to Slack's stored form: `&`, `<` and `>` escaped, links and mentions in angle brackets
 * (docs: formatting message text).
 */
export function formatMessageText(team: Team, text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return linkMentions(team, escaped, false).replace(/\bhttps?:\/\/[^\s<>]+/g, (url) => `<${url}>`);
}

/** Formats a command's text as with `should_escape`: mentions contain an id and a name. */
export function formatCommandText(team: Team, text: string): string {
  return linkMentions(team, text, true);
}

function linkMentions(team: Team, text: string, includeName: boolean): string {
  return text
    .replace(/(?<![\w<])@([a-z0-9._-]+)/g, (match, name: string) => {
      const person = team.data.people.find((one) => one.name === name);
      return person ? `<@${person.id}${includeName ? `|${name}` : ''}>` : match;
    })
    .replace(/(?<![\w<])#([a-z0-9._-]+)/g, (match, name: string) => {
      const channel = team.data.channels.find((one) => one.kind === 'channel' && one.name === name);
      return channel ? `<#${channel.id}|${name}>` : match;
    });
}
