import { z } from 'zod';
import type { Message } from '../model/conversation.ts';
import { contentArgs, readContent } from '../web-api/message-content.ts';
import { ApiError } from '../web-api/method.ts';
import type { Workspace } from '../workspace.ts';
import type { ResponseTarget } from './response-urls.ts';

const shape = z.object({
  ...contentArgs,
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
});

/**
 * Carries out a message that the bot sent without calling a method: as its answer to a command, or to a response URL.
 * It is ephemeral unless it says otherwise, and may replace or delete the message that the person acted on.
 * @returns the message, or undefined when one was deleted
 * @throws {ApiError} when it cannot be shown
 */
export function takeBotMessage(workspace: Workspace, target: ResponseTarget, given: unknown): Message | undefined {
  const { team } = workspace;
  const read = shape.safeParse(given);
  if (!read.success) throw new ApiError('invalid_payload');
  const { response_type: type, replace_original: replace, delete_original: remove, thread_ts: thread } = read.data;
  const original = target.message === undefined ? undefined : team.message(target.channel, target.message);
  if (remove) {
    if (original) team.remove(original);
    return undefined;
  }
  const content = readContent(read.data);
  if (replace && original) {
    const { text, blocks, attachments, metadata = original.metadata } = content;
    team.edit(original, { text, blocks, attachments, metadata });
    return original;
  }
  const inChannel = type === 'in_channel';
  const threadTs = inChannel ? thread : target.threadTs;
  return team.post({
    ...content,
    channel: target.channel,
    user: team.data.botUser,
    ...(!inChannel && { visibleTo: target.user }),
    ...(threadTs && { threadTs }),
  });
}
