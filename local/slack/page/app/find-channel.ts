import type { ChannelEntry, Overview } from './api-types.ts';
import type { Place } from './route.ts';

const first = 'clusters';

/** The channel that a place names; the app's own where its Home tab is; the first one where none is named. */
export function channelOf(team: Overview, { channel, home }: Place): ChannelEntry | undefined {
  const direct = (id: string) => team.channels.find((one) => one.kind === 'im' && one.with === id);
  if (home) return direct(team.bot.user);
  if (channel.startsWith('@')) {
    return direct(team.people.find(({ name }) => `@${name}` === channel)?.id ?? '');
  }
  const named = team.channels.find(({ id, name }) => channel !== '' && (id === channel || name === channel));
  return named ?? team.channels.find(({ name }) => name === first) ?? team.channels[0];
}

/** What a channel is called where a person reads it. */
export function channelTitle(team: Overview, channel: ChannelEntry): string {
  if (channel.kind === 'channel') return `#${channel.name}`;
  return team.people.find(({ id }) => id === channel.with)?.realName ?? '';
}
