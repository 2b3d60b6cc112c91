import type { ChannelEntry, Overview } from './api-types.ts';
import type { Route } from './route.ts';

const defaultChannelName = 'clusters';

/** The channel that a place names; the app's own where its Home tab is; the first one where none is named. */
export function findChannel(team: Overview, { channel, home }: Route): ChannelEntry | undefined {
  const findDm = (id: string) => team.channels.find((one) => one.kind === 'im' && one.with === id);
  if (home) return findDm(team.bot.user);
  if (channel.startsWith('@')) {
    return findDm(team.people.find(({ name }) => `@${name}` === channel)?.id ?? '');
  }
  const named = team.channels.find(({ id, name }) => channel !== '' && (id === channel || name === channel));
  return named ?? team.channels.find(({ name }) => name === defaultChannelName) ?? team.channels[0];
}

/** What a channel is called where a person reads it. */
export function formatChannelTitle(team: Overview, channel: ChannelEntry): string {
  if (channel.kind === 'channel') return `#${channel.name}`;
  return team.people.find(({ id }) => id === channel.with)?.realName ?? '';
}
