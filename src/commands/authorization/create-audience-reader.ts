import { TtlCache } from '../../engine/service/ttl-cache.ts';
import type { Person } from '../../store/person.ts';
import type { Chat } from '../slack/chat.ts';

interface AudienceOptions {
  readonly chat: Pick<Chat, 'isGuest' | 'isSharedChannel'>;
  readonly now: () => Date;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/** Who can read and write in a channel, as Slack reports it. `undefined`: Slack did not answer. */
export interface Audience {
  readonly isGuest: boolean | undefined;
  readonly isSharedChannel: boolean | undefined;
}

/** Limits how often Slack is asked about a person or a channel. */
const cacheMs = 5 * 60_000;

/** Returns a function that asks Slack about a person and a channel. Missing answers are logged and not cached. */
export function createAudienceReader({ chat, now, log }: AudienceOptions) {
  const guests = new TtlCache<boolean>(now, cacheMs);
  const sharedChannels = new TtlCache<boolean>(now, cacheMs);

  async function tryLoad(cache: TtlCache<boolean>, id: string, load: () => Promise<boolean>) {
    try {
      return await cache.getOrLoad(id, load);
    } catch (error) {
      log({ id, error }, 'reading a person or a channel failed');
      return undefined;
    }
  }

  return async (person: Person, channel: string): Promise<Audience> => {
    // The Home tab has no channel. A direct message has no other readers, and the app lacks the scope to read it.
    const isPrivate = channel === '' || channel.startsWith('D');
    const [isGuest, isSharedChannel] = await Promise.all([
      tryLoad(guests, `${person.team} ${person.user}`, () => chat.isGuest(person)),
      isPrivate ? false : tryLoad(sharedChannels, channel, () => chat.isSharedChannel(channel)),
    ]);
    return { isGuest, isSharedChannel };
  };
}
