import { z } from 'zod';
import { isTs } from '../identifiers.ts';
import type { Channel, Message } from '../model/conversation.ts';
import { presentChannel } from '../to-api-channel.ts';
import { presentMessage } from '../to-api-message.ts';
import type { Workspace } from '../workspace.ts';
import { args } from './arguments.ts';
import { find } from './find.ts';
import { ApiError, defineMethod } from './method.ts';
import { page, pageArgs } from './paginate.ts';

const reading = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];
const history = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];
const span = { latest: args.text.optional(), oldest: args.text.optional(), inclusive: args.flag.optional() };
const spanShape = z.object(span);

const open = defineMethod({
  name: 'conversations.open',
  tier: 3,
  scopes: ['im:write', 'mpim:write'],
  args: z.object({ users: args.list.optional(), channel: args.text.optional(), return_im: args.flag.optional() }),
  run(workspace, given) {
    const { team } = workspace;
    if (given.channel !== undefined) {
      return { no_op: true, already_open: true, channel: { id: find.ownChannel(workspace, given.channel).id } };
    }
    const [user, ...more] = given.users ?? [];
    if (user === undefined || user === '') throw new ApiError('users_list_not_supplied');
    // Conversations of several people are not part of this workspace.
    if (more.length > 0) throw new ApiError('too_many_users');
    const person = find.person(workspace, user);
    if (person.isBot) throw new ApiError('invalid_user_combination');
    const { channel, opened } = team.directChannel(team.data.botUser, person.id);
    const known = opened ? {} : { no_op: true, already_open: true };
    return { ...known, channel: given.return_im ? presentChannel(team, channel) : { id: channel.id } };
  },
});

const info = defineMethod({
  name: 'conversations.info',
  tier: 3,
  scopes: reading,
  args: z.object({ channel: args.text, include_num_members: args.flag.optional() }),
  run(workspace, given) {
    const channel = find.channel(workspace, given.channel);
    const count = given.include_num_members ? { num_members: channel.members.length } : {};
    return { channel: { ...presentChannel(workspace.team, channel), ...count } };
  },
});

const list = defineMethod({
  name: 'conversations.list',
  tier: 2,
  scopes: reading,
  args: z.object({ types: args.list.optional(), exclude_archived: args.flag.optional(), ...pageArgs }),
  run({ team }, given) {
    const types = given.types ?? ['public_channel'];
    const visible = team.data.channels.filter(
      (one) => types.includes(typeOf(one)) && (!one.isPrivate || one.members.includes(team.data.botUser)),
    );
    const { items, next } = page(visible, given);
    return { channels: items.map((one) => presentChannel(team, one)), response_metadata: next };
  },
});

const members = defineMethod({
  name: 'conversations.members',
  tier: 4,
  scopes: reading,
  args: z.object({ channel: args.text, ...pageArgs }),
  run(workspace, given) {
    const { items, next } = page(find.channel(workspace, given.channel).members, given);
    return { members: items, response_metadata: next };
  },
});

const historyMethod = defineMethod({
  name: 'conversations.history',
  tier: 3,
  scopes: history,
  args: z.object({ channel: args.text, include_all_metadata: args.flag.optional(), ...span, ...pageArgs }),
  run(workspace, given) {
    const channel = find.ownChannel(workspace, given.channel);
    const all = workspace.team.messages(channel.id, '').filter((one) => one.threadTs === undefined || one.broadcast);
    const { items, more, next } = page(within(all, given).reverse(), given);
    return { messages: shown(workspace, items, given.include_all_metadata), has_more: more, response_metadata: next };
  },
});

const replies = defineMethod({
  name: 'conversations.replies',
  tier: 3,
  scopes: history,
  args: z.object({
    channel: args.text,
    ts: args.text,
    include_all_metadata: args.flag.optional(),
    ...span,
    ...pageArgs,
  }),
  run(workspace, given) {
    const channel = find.ownChannel(workspace, given.channel);
    const parent = workspace.team.message(channel.id, given.ts);
    if (!parent || parent.visibleTo !== undefined) throw new ApiError('thread_not_found');
    const all = [parent, ...within(workspace.team.replies(channel.id, given.ts), given)];
    const { items, more, next } = page(all, given, 1000);
    return { messages: shown(workspace, items, given.include_all_metadata), has_more: more, response_metadata: next };
  },
});

/** The methods `conversations.*`. */
export const conversations = [open, info, list, members, historyMethod, replies];

function typeOf(channel: Channel): string {
  if (channel.kind === 'im') return 'im';
  return channel.isPrivate ? 'private_channel' : 'public_channel';
}

function within(messages: Message[], { latest, oldest, inclusive }: z.infer<typeof spanShape>): Message[] {
  if (latest !== undefined && !isTime(latest)) throw new ApiError('invalid_ts_latest');
  if (oldest !== undefined && !isTime(oldest)) throw new ApiError('invalid_ts_oldest');
  return messages.filter(({ ts }) => {
    if (inclusive && (ts === latest || ts === oldest)) return true;
    return (
      (latest === undefined || Number(ts) < Number(latest)) && (oldest === undefined || Number(ts) > Number(oldest))
    );
  });
}

function isTime(text: string): boolean {
  return isTs(text) || /^\d+(\.\d+)?$/.test(text);
}

function shown(workspace: Workspace, messages: readonly Message[], withMetadata = false): object[] {
  return messages.map((one) => {
    const { metadata, ...message } = presentMessage(workspace.team, one);
    return withMetadata && metadata ? { ...message, metadata } : message;
  });
}
