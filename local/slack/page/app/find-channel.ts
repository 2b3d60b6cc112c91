import type { ChannelEntry, Overview } from './api-types.ts';
import type { Route } from './route.ts';

const defaultChannelName = 'clusters';

/** Finds a route's channel: the app's own for the Home tab, the first one if the route names none. */
export function findChannel(team: Overview, { channel, home }: Route): ChannelEntry | undefined {
  const findDm = (id: string) => team.channels.find((one) => one.kind === 'im' && one.with === id);
  if (home) return findDm(team.bot.user);
  if (channel.startsWith('@')) {
    return findDm(team.people.find(({ name }) => `@${name}` === channel)?.id ?? '');
  }
  const named = team.channels.find(({ id, name }) => channel !== '' && (id === channel || name === channel));
  return named ?? team.channels.find(({ name }) => name === defaultChannelName) ?? team.channels[0];
}

/** A channel's display name. */
export function formatChannelTitle(team: Overview, channel: ChannelEntry): string {
  if (channel.kind === 'channel') return `#${channel.name}`;
  return team.people.find(({ id }) => id === channel.with)?.realName ?? '';
}
