import { z } from 'zod';
import { presentMessage } from '../to-api-message.ts';
import { args } from './arguments.ts';
import { find } from './find.ts';
import { contentArgs, readContent } from './message-content.ts';
import { ApiError, defineMethod } from './method.ts';

const scopes = ['chat:write'];
const where = { channel: args.text, thread_ts: args.text.optional() };
const longestUpdate = 4000;

const postMessage = defineMethod({
  name: 'chat.postMessage',
  tier: 'post',
  scopes,
  args: z.object({ ...where, ...contentArgs, reply_broadcast: args.flag.optional() }),
  run(workspace, given) {
    const { team } = workspace;
    const channel = find.destination(workspace, given.channel);
    const content = readContent(given);
    const threadTs = find.thread(workspace, channel, given.thread_ts);
    const message = team.post({
      ...content,
      channel: channel.id,
      user: team.data.botUser,
      ...(threadTs && { threadTs, ...(given.reply_broadcast && { broadcast: true }) }),
    });
    return { channel: channel.id, ts: message.ts, message: presentMessage(team, message) };
  },
});

const update = defineMethod({
  name: 'chat.update',
  tier: 3,
  scopes,
  args: z.object({ channel: args.text, ts: args.text, ...contentArgs, reply_broadcast: args.flag.optional() }),
  run(workspace, given) {
    const { team } = workspace;
    const channel = find.channel(workspace, given.channel);
    const message = find.message(workspace, channel, given.ts);
    if (message.user !== team.data.botUser) throw new ApiError('cant_update_message');
    if ((given.text ?? '').length > longestUpdate) throw new ApiError('msg_too_long');
    const content = readContent(given);
    const { metadata = given.metadata === undefined ? message.metadata : undefined } = content;
    team.edit(message, {
      text: content.text,
      blocks: content.blocks,
      attachments: content.attachments,
      metadata,
      editedTs: team.nextTs(),
      ...(given.reply_broadcast && message.threadTs && { broadcast: true }),
    });
    return { channel: channel.id, ts: message.ts, text: message.text, message: presentMessage(team, message) };
  },
});

const remove = defineMethod({
  name: 'chat.delete',
  tier: 3,
  scopes,
  args: z.object({ channel: args.text, ts: args.text }),
  run(workspace, given) {
    const channel = find.channel(workspace, given.channel);
    const message = find.message(workspace, channel, given.ts);
    if (message.user !== workspace.team.data.botUser) throw new ApiError('cant_delete_message');
    workspace.team.remove(message);
    return { channel: channel.id, ts: message.ts };
  },
});

const postEphemeral = defineMethod({
  name: 'chat.postEphemeral',
  tier: 4,
  scopes,
  args: z.object({ ...where, ...contentArgs, user: args.text }),
  run(workspace, given) {
    const { team } = workspace;
    const channel = find.ownChannel(workspace, given.channel);
    if (!channel.members.includes(given.user)) throw new ApiError('user_not_in_channel');
    const threadTs = find.thread(workspace, channel, given.thread_ts);
    const message = team.post({
      ...readContent(given),
      channel: channel.id,
      user: team.data.botUser,
      visibleTo: given.user,
      ...(threadTs && { threadTs }),
    });
    return { message_ts: message.ts };
  },
});

const getPermalink = defineMethod({
  name: 'chat.getPermalink',
  tier: 4,
  scopes: [],
  args: z.object({ channel: args.text, message_ts: args.text }),
  run(workspace, given) {
    const channel = find.channel(workspace, given.channel);
    const { ts } = find.message(workspace, channel, given.message_ts);
    return { channel: channel.id, permalink: `${workspace.baseUrl}/archives/${channel.id}/p${ts.replace('.', '')}` };
  },
});

/** The methods `chat.*`. */
export const chat = [postMessage, update, remove, postEphemeral, getPermalink];
