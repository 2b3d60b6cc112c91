import type { Person } from '../../store/person.ts';
import type { Chat } from '../slack/chat.ts';
import type { Policy } from './policy.ts';

interface ChannelMembershipOptions {
  readonly policy: Policy;
  readonly chat: Pick<Chat, 'listChannelMembers'>;
  readonly now: () => Date;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/** Limits how often the members of a channel are read from Slack. */
const cacheMs = 60_000;

/** Returns a function that checks whether a person is a member of a channel, by default of any enabled one. `unreadable`: Slack did not return all members. */
export function createChannelMembership({ policy: { channels }, chat, now, log }: ChannelMembershipOptions) {
  const cache = new Map<string, { readonly members: Promise<readonly string[] | undefined>; readonly until: number }>();

  function loadMembers(channel: string): Promise<readonly string[] | undefined> {
    const cached = cache.get(channel);
    if (cached && cached.until > +now()) return cached.members;
    const members = chat.listChannelMembers(channel).catch((error: unknown) => {
      log({ channel, error }, 'reading the members of a channel failed');
      cache.delete(channel);
      return undefined;
    });
    cache.set(channel, { members, until: +now() + cacheMs });
    return members;
  }

  return async (
    { user }: Person,
    among: 'all' | readonly string[] = channels,
  ): Promise<'member' | 'nonMember' | 'unreadable'> => {
    if (among === 'all') return 'member';
    const memberLists = await Promise.all(among.map(loadMembers));
    if (memberLists.some((members) => members?.includes(user))) return 'member';
    return memberLists.includes(undefined) ? 'unreadable' : 'nonMember';
  };
}
