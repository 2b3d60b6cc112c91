import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { newId } from '../identifiers.ts';
import type { Channel, SharedFile } from '../model/conversation.ts';
import { presentFile } from '../to-api-file.ts';
import type { Workspace } from '../workspace.ts';
import { args } from './arguments.ts';
import { find } from './find.ts';
import { ApiError, defineMethod } from './method.ts';

const filesShape = z.array(z.looseObject({ id: z.string(), title: z.string().optional() })).min(1);
const largestBytes = 50_000_000;
const longestAltText = 1_000;

const getUploadUrl = defineMethod({
  name: 'files.getUploadURLExternal',
  tier: 4,
  scopes: ['files:write'],
  // Slack documents `alt_txt`; its client sends `alt_text`.
  args: z.object({
    filename: args.text,
    length: args.count,
    alt_text: args.text.optional(),
    alt_txt: args.text.optional(),
  }),
  run({ team, baseUrl }, given) {
    if (given.length < 1) throw new ApiError('missing_argument');
    if (given.length > largestBytes) throw new ApiError('file_upload_size_restricted');
    // Whoever knows the URL may upload, so it must not be guessable from the file's id.
    const uploadKey = randomBytes(18).toString('base64url');
    const altText = given.alt_txt ?? given.alt_text;
    if ((altText?.length ?? 0) > longestAltText) throw new ApiError('alt_txt_too_large');
    const file: SharedFile = {
      ...{ id: newId('F'), name: given.filename, title: given.filename, user: team.data.botUser, uploadKey },
      ...{ created: team.nowSec(), size: given.length, state: 'waiting', channels: [], content: '' },
      ...(altText === undefined ? {} : { altText }),
    };
    team.data.files.push(file);
    return { upload_url: `${baseUrl}/upload/v1/${uploadKey}`, file_id: file.id };
  },
});

const completeUpload = defineMethod({
  name: 'files.completeUploadExternal',
  tier: 4,
  scopes: ['files:write'],
  args: z.object({
    files: args.json,
    channel_id: args.text.optional(),
    channels: args.list.optional(),
    thread_ts: args.text.optional(),
    initial_comment: args.text.optional(),
  }),
  run(workspace, given) {
    const { team, baseUrl } = workspace;
    const asked = filesShape.safeParse(given.files);
    if (!asked.success) throw new ApiError('invalid_arguments', ['must be an array [json-pointer:/files]']);
    const files = asked.data.map(({ id, title }) => {
      const file = team.file(id);
      if (file?.state !== 'uploaded') throw new ApiError('file_not_found');
      return { file, title: title ?? file.name };
    });
    const ids = given.channel_id ? [given.channel_id] : (given.channels ?? []).filter((id) => id !== '');
    const places = ids.map((id) => place(workspace, id));
    const threads = places.map((channel) => find.thread(workspace, channel, given.thread_ts));
    for (const { file, title } of files) {
      file.title = title;
      file.state = 'shared';
      file.channels = places.map(({ id }) => id);
    }
    for (const [index, channel] of places.entries()) {
      const threadTs = threads[index];
      team.post({
        channel: channel.id,
        user: team.data.botUser,
        text: given.initial_comment ?? '',
        fileIds: files.map(({ file }) => file.id),
        ...(threadTs && { threadTs }),
      });
    }
    return { files: files.map(({ file }) => presentFile(file, baseUrl)) };
  },
});

const info = defineMethod({
  name: 'files.info',
  tier: 4,
  scopes: ['files:read'],
  args: z.object({ file: args.text }),
  run({ team, baseUrl }, given) {
    const file = team.file(given.file);
    if (!file || file.state === 'waiting') throw new ApiError('file_not_found');
    return { file: presentFile(file, baseUrl), comments: [], response_metadata: { next_cursor: '' } };
  },
});

/** The methods `files.*`. */
export const files = [getUploadUrl, completeUpload, info];

/** Only a conversation's own id will do here: neither a name nor a person's id. */
function place(workspace: Workspace, id: string): Channel {
  const channel = workspace.team.data.channels.find((one) => one.id === id);
  if (!channel) throw new ApiError('invalid_channel');
  if (!channel.members.includes(workspace.team.data.botUser)) throw new ApiError('posting_to_channel_denied');
  return channel;
}
