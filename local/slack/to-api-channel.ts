import type { Channel } from './model/conversation.ts';
import type { Team } from './team.ts';

/** Converts a channel to the format of Slack's API. */
export function toApiChannel(team: Team, channel: Channel): Record<string, unknown> {
  const isIm = channel.kind === 'im';
  const bot = team.data.botUser;
  const commonFields = {
    id: channel.id,
    created: channel.created,
    is_archived: false,
    context_team_id: team.data.team.id,
  };
  if (isIm) {
    const user = channel.members.find((one) => one !== bot);
    return { ...commonFields, is_im: true, is_org_shared: false, user, is_user_deleted: false, priority: 0 };
  }
  return {
    ...commonFields,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: !channel.isPrivate,
    is_group: channel.isPrivate,
    is_im: false,
    is_mpim: false,
    is_private: channel.isPrivate,
    is_general: channel.name === 'general',
    // https://docs.slack.dev/reference/objects/conversation-object (2026-12-01)
    is_shared: channel.sharedWith === 'organization' || channel.sharedWith === 'workspace',
    is_ext_shared: channel.sharedWith === 'organization',
    is_org_shared: channel.sharedWith === 'workspace',
    is_pending_ext_shared: channel.sharedWith === 'invited organization',
    is_member: channel.members.includes(bot),
    creator: channel.creator,
    topic: { value: channel.topic, creator: channel.creator, last_set: channel.created },
    purpose: { value: '', creator: '', last_set: 0 },
  };
}
