import type { Message } from './model/conversation.ts';
import type { Team } from './team.ts';
import { getMimeType } from './to-api-file.ts';

/** Converts a message to the format of Slack's API and payloads. */
export function toApiMessage(team: Team, message: Message): Record<string, unknown> {
  const { data } = team;
  const isFromBot = message.user === data.botUser;
  const replies = message.threadTs === undefined ? team.listReplies(message.channel, message.ts) : [];
  const bot = team.findPerson(data.botUser);
  return {
    type: 'message',
    ...(message.tombstone && { subtype: 'tombstone', hidden: true }),
    ...(message.broadcast && { subtype: 'thread_broadcast' }),
    user: message.user,
    text: message.text,
    ts: message.ts,
    team: data.team.id,
    ...(isFromBot && {
      bot_id: data.botId,
      app_id: data.appId,
      bot_profile: { id: data.botId, app_id: data.appId, user_id: data.botUser, name: bot?.name, deleted: false },
    }),
    ...(message.blocks && { blocks: message.blocks }),
    ...(message.attachments && { attachments: message.attachments }),
    ...(message.metadata && { metadata: message.metadata }),
    ...(message.editedTs && { edited: { user: message.user, ts: message.editedTs } }),
    ...(message.reactions && {
      reactions: message.reactions.map((one) => ({ ...one, count: one.users.length })),
    }),
    ...(message.fileIds && { files: message.fileIds.flatMap((id) => buildFileFields(team, id)) }),
    ...(message.visibleTo !== undefined && { is_ephemeral: true }),
    ...buildThreadFields(team, message, replies),
  };
}

function buildThreadFields(team: Team, message: Message, replies: Message[]): Record<string, unknown> {
  if (message.threadTs !== undefined) {
    const parent = team.findMessage(message.channel, message.threadTs);
    return { thread_ts: message.threadTs, ...(parent && { parent_user_id: parent.user }) };
  }
  const last = replies.at(-1);
  if (!last) return {};
  const users = [...new Set(replies.map(({ user }) => user))];
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users: users,
    reply_users_count: users.length,
    latest_reply: last.ts,
  };
}

/** A message's files have no URLs. Only `files.info` returns them. */
function buildFileFields(team: Team, id: string): Record<string, unknown>[] {
  const file = team.findFile(id);
  if (!file) return [];
  if (file.state === 'deleted') return [{ id, mode: 'tombstone' }];
  const { name, title, size, user, created, altText } = file;
  const alt = altText === undefined ? {} : { alt_txt: altText };
  return [{ id, name, title, ...getMimeType(file), ...alt, size, user, created, mode: 'hosted' }];
}
