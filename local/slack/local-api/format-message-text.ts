import type { Team } from '../team.ts';

/**
 * A typed message as Slack stores it: `&`, `<` and `>` escaped, links and mentions in angle brackets
 * (docs: formatting message text).
 */
export function typedText(team: Team, typed: string): string {
  const escaped = typed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return named(team, escaped, false).replace(/\bhttps?:\/\/[^\s<>]+/g, (url) => `<${url}>`);
}

/** The text of a command as a command with `should_escape` gets it: mentions carry an id and a name. */
export function commandText(team: Team, typed: string): string {
  return named(team, typed, true);
}

function named(team: Team, text: string, withName: boolean): string {
  return text
    .replace(/(?<![\w<])@([a-z0-9._-]+)/g, (typed, name: string) => {
      const person = team.data.people.find((one) => one.name === name);
      return person ? `<@${person.id}${withName ? `|${name}` : ''}>` : typed;
    })
    .replace(/(?<![\w<])#([a-z0-9._-]+)/g, (typed, name: string) => {
      const channel = team.data.channels.find((one) => one.kind === 'channel' && one.name === name);
      return channel ? `<#${channel.id}|${name}>` : typed;
    });
}
