import { z } from 'zod';
import type { Message } from '../model/conversation.ts';
import { contentArgs, readContent } from '../web-api/message-content.ts';
import { ApiError } from '../web-api/method.ts';
import type { Workspace } from '../workspace.ts';
import type { ResponseTarget } from './response-urls.ts';

const botMessageSchema = z.object({
  ...contentArgs,
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
});

/**
 * Applies a message that the bot sent in response to a command or to a response URL.
 * It is ephemeral by default, and may replace or delete the message that the user acted on.
 * @returns the message, or undefined after a deletion
 * @throws {ApiError} if the message is invalid
 */
export function applyBotMessage(workspace: Workspace, target: ResponseTarget, payload: unknown): Message | undefined {
  const { team } = workspace;
  const parsedPayload = botMessageSchema.safeParse(payload);
  if (!parsedPayload.success) throw new ApiError('invalid_payload');
  const {
    response_type: type,
    replace_original: replace,
    delete_original: remove,
    thread_ts: thread,
  } = parsedPayload.data;
  const original = target.message === undefined ? undefined : team.findMessage(target.channel, target.message);
  if (remove) {
    if (original) team.removeMessage(original);
    return undefined;
  }
  const content = readContent(parsedPayload.data);
  if (replace && original) {
    const { text, blocks, attachments, metadata = original.metadata } = content;
    team.editMessage(original, { text, blocks, attachments, metadata });
    return original;
  }
  const isInChannel = type === 'in_channel';
  const threadTs = isInChannel ? thread : target.threadTs;
  return team.postMessage({
    ...content,
    channel: target.channel,
    user: team.data.botUser,
    ...(!isInChannel && { visibleTo: target.user }),
    ...(threadTs && { threadTs }),
  });
}
