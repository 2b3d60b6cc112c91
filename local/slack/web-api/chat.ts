import { z } from 'zod';
import { toApiMessage } from '../to-api-message.ts';
import { argSchemas } from './arguments.ts';
import { find } from './find.ts';
import { contentArgs, readContent } from './message-content.ts';
import { ApiError, defineMethod } from './method.ts';

const scopes = ['chat:write'];
const destinationArgs = { channel: argSchemas.text, thread_ts: argSchemas.text.optional() };
const maxUpdateLength = 4000;

const postMessage = defineMethod({
  name: 'chat.postMessage',
  tier: 'post',
  scopes,
  args: z.object({ ...destinationArgs, ...contentArgs, reply_broadcast: argSchemas.flag.optional() }),
  run(workspace, params) {
    const { team } = workspace;
    const channel = find.destination(workspace, params.channel);
    const content = readContent(params);
    const threadTs = find.threadTs(workspace, channel, params.thread_ts);
    const message = team.postMessage({
      ...content,
      channel: channel.id,
      user: team.data.botUser,
      ...(threadTs && { threadTs, ...(params.reply_broadcast && { broadcast: true }) }),
    });
    return { channel: channel.id, ts: message.ts, message: toApiMessage(team, message) };
  },
});

const update = defineMethod({
  name: 'chat.update',
  tier: 3,
  scopes,
  args: z.object({
    channel: argSchemas.text,
    ts: argSchemas.text,
    ...contentArgs,
    reply_broadcast: argSchemas.flag.optional(),
  }),
  run(workspace, params) {
    const { team } = workspace;
    const channel = find.channel(workspace, params.channel);
    const message = find.message(workspace, channel, params.ts);
    if (message.user !== team.data.botUser) throw new ApiError('cant_update_message');
    if ((params.text ?? '').length > maxUpdateLength) throw new ApiError('msg_too_long');
    const content = readContent(params);
    const { metadata = params.metadata === undefined ? message.metadata : undefined } = content;
    team.editMessage(message, {
      text: content.text,
      blocks: content.blocks,
      attachments: content.attachments,
      metadata,
      editedTs: team.nextTs(),
      ...(params.reply_broadcast && message.threadTs && { broadcast: true }),
    });
    return { channel: channel.id, ts: message.ts, text: message.text, message: toApiMessage(team, message) };
  },
});

const remove = defineMethod({
  name: 'chat.delete',
  tier: 3,
  scopes,
  args: z.object({ channel: argSchemas.text, ts: argSchemas.text }),
  run(workspace, params) {
    const channel = find.channel(workspace, params.channel);
    const message = find.message(workspace, channel, params.ts);
    if (message.user !== workspace.team.data.botUser) throw new ApiError('cant_delete_message');
    workspace.team.removeMessage(message);
    return { channel: channel.id, ts: message.ts };
  },
});

const postEphemeral = defineMethod({
  name: 'chat.postEphemeral',
  tier: 4,
  scopes,
  args: z.object({ ...destinationArgs, ...contentArgs, user: argSchemas.text }),
  run(workspace, params) {
    const { team } = workspace;
    const channel = find.joinedChannel(workspace, params.channel);
    if (!channel.members.includes(params.user)) throw new ApiError('user_not_in_channel');
    const threadTs = find.threadTs(workspace, channel, params.thread_ts);
    const message = team.postMessage({
      ...readContent(params),
      channel: channel.id,
      user: team.data.botUser,
      visibleTo: params.user,
      ...(threadTs && { threadTs }),
    });
    return { message_ts: message.ts };
  },
});

const getPermalink = defineMethod({
  name: 'chat.getPermalink',
  tier: 4,
  scopes: [],
  args: z.object({ channel: argSchemas.text, message_ts: argSchemas.text }),
  run(workspace, params) {
    const channel = find.channel(workspace, params.channel);
    const { ts } = find.message(workspace, channel, params.message_ts);
    return { channel: channel.id, permalink: `${workspace.baseUrl}/archives/${channel.id}/p${ts.replace('.', '')}` };
  },
});

/** The `chat.*` methods. */
export const chatMethods = [postMessage, update, remove, postEphemeral, getPermalink];
