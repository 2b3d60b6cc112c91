import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { createId } from '../identifiers.ts';
import type { Channel, SharedFile } from '../model/conversation.ts';
import { toApiFile } from '../to-api-file.ts';
import type { Workspace } from '../workspace.ts';
import { argSchemas } from './arguments.ts';
import { find } from './find.ts';
import { ApiError, defineMethod } from './method.ts';

const filesSchema = z.array(z.looseObject({ id: z.string(), title: z.string().optional() })).min(1);
const maxFileBytes = 50_000_000;
const maxAltTextLength = 1_000;

const getUploadUrl = defineMethod({
  name: 'files.getUploadURLExternal',
  tier: 4,
  scopes: ['files:write'],
  // Slack documents `alt_txt`; its client sends `alt_text`.
  args: z.object({
    filename: argSchemas.text,
    length: argSchemas.count,
    alt_text: argSchemas.text.optional(),
    alt_txt: argSchemas.text.optional(),
  }),
  run({ team, baseUrl }, params) {
    if (params.length < 1) throw new ApiError('missing_argument');
    if (params.length > maxFileBytes) throw new ApiError('file_upload_size_restricted');
    // Uploads need no other credential than the URL, so the file's id must not reveal it.
    const uploadKey = randomBytes(18).toString('base64url');
    const altText = params.alt_txt ?? params.alt_text;
    if ((altText?.length ?? 0) > maxAltTextLength) throw new ApiError('alt_txt_too_large');
    const file: SharedFile = {
      id: createId('F'),
      name: params.filename,
      title: params.filename,
      user: team.data.botUser,
      created: team.getUnixTime(),
      size: params.length,
      state: 'waiting',
      channels: [],
      uploadKey,
      content: '',
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
    files: argSchemas.json,
    channel_id: argSchemas.text.optional(),
    channels: argSchemas.list.optional(),
    thread_ts: argSchemas.text.optional(),
    initial_comment: argSchemas.text.optional(),
  }),
  run(workspace, params) {
    const { team, baseUrl } = workspace;
    const parsedFiles = filesSchema.safeParse(params.files);
    if (!parsedFiles.success) throw new ApiError('invalid_arguments', ['must be an array [json-pointer:/files]']);
    const files = parsedFiles.data.map(({ id, title }) => {
      const file = team.findFile(id);
      if (file?.state !== 'uploaded') throw new ApiError('file_not_found');
      return { file, title: title ?? file.name };
    });
    const ids = params.channel_id ? [params.channel_id] : (params.channels ?? []).filter((id) => id !== '');
    const destinations = ids.map((id) => findUploadDestination(workspace, id));
    const threadTimestamps = destinations.map((channel) => find.threadTs(workspace, channel, params.thread_ts));
    for (const { file, title } of files) {
      file.title = title;
      file.state = 'shared';
      file.channels = destinations.map(({ id }) => id);
    }
    for (const [index, channel] of destinations.entries()) {
      const threadTs = threadTimestamps[index];
      team.postMessage({
        channel: channel.id,
        user: team.data.botUser,
        text: params.initial_comment ?? '',
        fileIds: files.map(({ file }) => file.id),
        ...(threadTs && { threadTs }),
      });
    }
    return { files: files.map(({ file }) => toApiFile(file, baseUrl)) };
  },
});

const info = defineMethod({
  name: 'files.info',
  tier: 4,
  scopes: ['files:read'],
  args: z.object({ file: argSchemas.text }),
  run({ team, baseUrl }, params) {
    const file = team.findFile(params.file);
    if (!file || file.state === 'waiting') throw new ApiError('file_not_found');
    if (file.state === 'deleted') throw new ApiError('file_deleted');
    return { file: toApiFile(file, baseUrl), comments: [], response_metadata: { next_cursor: '' } };
  },
});

/**
 * Errors and rate limit: https://docs.slack.dev/reference/methods/files.delete (2026-12-01). A deleted file leaves a
 * tombstone in its messages.
 */
const deleteFile = defineMethod({
  name: 'files.delete',
  tier: 3,
  scopes: ['files:write'],
  args: z.object({ file: argSchemas.text }),
  run({ team }, params) {
    const file = team.findFile(params.file);
    if (!file || file.state === 'waiting') throw new ApiError('file_not_found');
    if (file.state === 'deleted') throw new ApiError('file_deleted');
    if (file.user !== team.data.botUser) throw new ApiError('cant_delete_file');
    team.deleteFile(file);
    return {};
  },
});

/** The `files.*` methods. */
export const fileMethods = [getUploadUrl, completeUpload, info, deleteFile];

/** Only a conversation id is valid here, not a name or user id. */
function findUploadDestination(workspace: Workspace, id: string): Channel {
  const channel = workspace.team.data.channels.find((one) => one.id === id);
  if (!channel) throw new ApiError('invalid_channel');
  if (!channel.members.includes(workspace.team.data.botUser)) throw new ApiError('posting_to_channel_denied');
  return channel;
}
