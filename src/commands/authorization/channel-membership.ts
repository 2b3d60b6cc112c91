import type { Person } from '../../store/person.ts';
import type { Chat } from '../slack/chat.ts';
import type { Policy } from './policy.ts';

export interface ChannelMembershipOptions {
  readonly policy: Policy;
  readonly chat: Pick<Chat, 'listChannelMembers'>;
  readonly now: () => Date;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/** Whether somebody is in a channel where kthw listens, and could ask there. */
export interface ChannelMembership {
  getStatus(person: Person): Promise<'here' | 'elsewhere' | 'unreadable'>;
}

/** Who is in a channel is asked of Slack at most so often. */
const cacheMs = 60_000;

export function createChannelMembership({
  policy: { channels },
  chat,
  now,
  log,
}: ChannelMembershipOptions): ChannelMembership {
  const cache = new Map<string, { readonly members: Promise<readonly string[] | undefined>; readonly until: number }>();

  function loadMembers(channel: string): Promise<readonly string[] | undefined> {
    const cached = cache.get(channel);
    if (cached && cached.until > +now()) return cached.members;
    const members = chat.listChannelMembers(channel).catch((error: unknown) => {
      log({ channel, error }, 'reading who is in a channel');
      cache.delete(channel);
      return undefined;
    });
    cache.set(channel, { members, until: +now() + cacheMs });
    return members;
  }

  return {
    async getStatus({ user }) {
      if (channels === 'all') return 'here';
      const memberLists = await Promise.all(channels.map(loadMembers));
      if (memberLists.some((members) => members?.includes(user))) return 'here';
      return memberLists.includes(undefined) ? 'unreadable' : 'elsewhere';
    },
  };
}
