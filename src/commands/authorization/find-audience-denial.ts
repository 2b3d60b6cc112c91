import type { Person } from '../../store/person.ts';
import type { Audience } from './create-audience-reader.ts';
import type { Denial } from './find-denial.ts';
import { findUnreadableGroup, type GroupMembers, isListed } from './group-members.ts';
import type { Policy } from './policy.ts';

/**
 * Returns why a guest, or a channel that another workspace or organization shares, is denied, or undefined. Denies while
 * Slack does not answer.
 */
export function findAudienceDenial(
  policy: Policy,
  requester: Person,
  channel: string,
  { isGuest, isSharedChannel }: Audience,
  members: GroupMembers,
): Denial | undefined {
  const { channels, guests = [], sharedChannels = [] } = policy;
  if (channels !== 'all' && !channels.includes(channel)) return { reason: 'channel', allowedChannels: channels };
  if (isGuest !== false && !isListed(guests, requester, members)) {
    if (isGuest === undefined) return { reason: 'unknown-audience', subject: 'person' };
    return findUnreadableGroup(guests, members) ?? { reason: 'guest' };
  }
  if (isSharedChannel === false || sharedChannels.includes(channel)) return undefined;
  if (isSharedChannel === undefined) return { reason: 'unknown-audience', subject: 'channel' };
  return {
    reason: 'shared-channel',
    allowedChannels: channels === 'all' ? [] : channels.filter((id) => id !== channel),
  };
}
