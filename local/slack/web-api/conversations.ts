import { z } from 'zod';
import { isTimestamp } from '../identifiers.ts';
import type { Channel, Message } from '../model/conversation.ts';
import { toApiChannel } from '../to-api-channel.ts';
import { toApiMessage } from '../to-api-message.ts';
import type { Workspace } from '../workspace.ts';
import { argSchemas } from './arguments.ts';
import { find } from './find.ts';
import { ApiError, defineMethod } from './method.ts';
import { paginate, paginationArgs } from './paginate.ts';

const readScopes = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];
const historyScopes = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];
const timeRangeArgs = {
  latest: argSchemas.text.optional(),
  oldest: argSchemas.text.optional(),
  inclusive: argSchemas.flag.optional(),
};
const timeRangeSchema = z.object(timeRangeArgs);

const open = defineMethod({
  name: 'conversations.open',
  tier: 3,
  scopes: ['im:write', 'mpim:write'],
  args: z.object({
    users: argSchemas.list.optional(),
    channel: argSchemas.text.optional(),
    return_im: argSchemas.flag.optional(),
  }),
  run(workspace, params) {
    const { team } = workspace;
    if (params.channel !== undefined) {
      return { no_op: true, already_open: true, channel: { id: find.joinedChannel(workspace, params.channel).id } };
    }
    const [user, ...otherUsers] = params.users ?? [];
    if (user === undefined || user === '') throw new ApiError('users_list_not_supplied');
    // This workspace has no group direct messages.
    if (otherUsers.length > 0) throw new ApiError('too_many_users');
    const person = find.person(workspace, user);
    if (person.isBot) throw new ApiError('invalid_user_combination');
    const { channel, opened } = team.openDm(team.data.botUser, person.id);
    const noOpFields = opened ? {} : { no_op: true, already_open: true };
    return { ...noOpFields, channel: params.return_im ? toApiChannel(team, channel) : { id: channel.id } };
  },
});

const info = defineMethod({
  name: 'conversations.info',
  tier: 3,
  scopes: readScopes,
  args: z.object({ channel: argSchemas.text, include_num_members: argSchemas.flag.optional() }),
  run(workspace, params) {
    const channel = find.channel(workspace, params.channel);
    const count = params.include_num_members ? { num_members: channel.members.length } : {};
    return { channel: { ...toApiChannel(workspace.team, channel), ...count } };
  },
});

const list = defineMethod({
  name: 'conversations.list',
  tier: 2,
  scopes: readScopes,
  args: z.object({
    types: argSchemas.list.optional(),
    exclude_archived: argSchemas.flag.optional(),
    ...paginationArgs,
  }),
  run({ team }, params) {
    const types = params.types ?? ['public_channel'];
    const visible = team.data.channels.filter(
      (one) => types.includes(getChannelType(one)) && (!one.isPrivate || one.members.includes(team.data.botUser)),
    );
    const { items, next } = paginate(visible, params);
    return { channels: items.map((one) => toApiChannel(team, one)), response_metadata: next };
  },
});

const members = defineMethod({
  name: 'conversations.members',
  tier: 4,
  scopes: readScopes,
  args: z.object({ channel: argSchemas.text, ...paginationArgs }),
  run(workspace, params) {
    const { items, next } = paginate(find.channel(workspace, params.channel).members, params);
    return { members: items, response_metadata: next };
  },
});

const historyMethod = defineMethod({
  name: 'conversations.history',
  tier: 3,
  scopes: historyScopes,
  args: z.object({
    channel: argSchemas.text,
    include_all_metadata: argSchemas.flag.optional(),
    ...timeRangeArgs,
    ...paginationArgs,
  }),
  run(workspace, params) {
    const channel = find.joinedChannel(workspace, params.channel);
    const all = workspace.team
      .listMessages(channel.id, '')
      .filter((one) => one.threadTs === undefined || one.broadcast);
    const { items, more, next } = paginate(filterByTimeRange(all, params).reverse(), params);
    return {
      messages: toApiMessages(workspace, items, params.include_all_metadata),
      has_more: more,
      response_metadata: next,
    };
  },
});

const replies = defineMethod({
  name: 'conversations.replies',
  tier: 3,
  scopes: historyScopes,
  args: z.object({
    channel: argSchemas.text,
    ts: argSchemas.text,
    include_all_metadata: argSchemas.flag.optional(),
    ...timeRangeArgs,
    ...paginationArgs,
  }),
  run(workspace, params) {
    const channel = find.joinedChannel(workspace, params.channel);
    const parent = workspace.team.findMessage(channel.id, params.ts);
    if (!parent || parent.visibleTo !== undefined) throw new ApiError('thread_not_found');
    const all = [parent, ...filterByTimeRange(workspace.team.listReplies(channel.id, params.ts), params)];
    const { items, more, next } = paginate(all, params, 1000);
    return {
      messages: toApiMessages(workspace, items, params.include_all_metadata),
      has_more: more,
      response_metadata: next,
    };
  },
});

/** The `conversations.*` methods. */
export const conversationMethods = [open, info, list, members, historyMethod, replies];

function getChannelType(channel: Channel): string {
  if (channel.kind === 'im') return 'im';
  return channel.isPrivate ? 'private_channel' : 'public_channel';
}

function filterByTimeRange(
  messages: Message[],
  { latest, oldest, inclusive }: z.infer<typeof timeRangeSchema>,
): Message[] {
  if (latest !== undefined && !isUnixTime(latest)) throw new ApiError('invalid_ts_latest');
  if (oldest !== undefined && !isUnixTime(oldest)) throw new ApiError('invalid_ts_oldest');
  return messages.filter(({ ts }) => {
    if (inclusive && (ts === latest || ts === oldest)) return true;
    return (
      (latest === undefined || Number(ts) < Number(latest)) && (oldest === undefined || Number(ts) > Number(oldest))
    );
  });
}

function isUnixTime(text: string): boolean {
  return isTimestamp(text) || /^\d+(\.\d+)?$/.test(text);
}

function toApiMessages(workspace: Workspace, messages: readonly Message[], withMetadata = false): object[] {
  return messages.map((one) => {
    const { metadata, ...message } = toApiMessage(workspace.team, one);
    return withMetadata && metadata ? { ...message, metadata } : message;
  });
}
