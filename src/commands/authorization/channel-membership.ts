import type { Person } from '../../store/events.ts';
import type { Chat } from '../slack/chat.ts';
import type { Policy } from './policy.ts';

export interface PresenceOptions {
  readonly policy: Policy;
  readonly chat: Pick<Chat, 'peopleIn'>;
  readonly now: () => Date;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/** Whether somebody is in a channel where kthw listens, and could ask there. */
export interface Presence {
  of(by: Person): Promise<'here' | 'elsewhere' | 'unreadable'>;
}

/** Who is in a channel is asked of Slack at most so often. */
const keptMs = 60_000;

export function openPresence({ policy: { channels }, chat, now, log }: PresenceOptions): Presence {
  const kept = new Map<string, { readonly people: Promise<readonly string[] | undefined>; readonly until: number }>();

  function peopleIn(channel: string): Promise<readonly string[] | undefined> {
    const known = kept.get(channel);
    if (known && known.until > +now()) return known.people;
    const people = chat.peopleIn(channel).catch((error: unknown) => {
      log({ channel, error }, 'reading who is in a channel');
      kept.delete(channel);
      return undefined;
    });
    kept.set(channel, { people, until: +now() + keptMs });
    return people;
  }

  return {
    async of({ user }) {
      if (channels === 'all') return 'here';
      const all = await Promise.all(channels.map(peopleIn));
      if (all.some((people) => people?.includes(user))) return 'here';
      return all.includes(undefined) ? 'unreadable' : 'elsewhere';
    },
  };
}
