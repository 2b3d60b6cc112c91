import type { WebClient } from '@slack/web-api';
import type { Message } from '../messages/blocks.ts';
import { truncate } from '../messages/limits.ts';
import { type Chat, ChatError, type MessageMetadata, type MessageRef, type ViewRef } from './chat.ts';
import { toChatError } from './to-chat-error.ts';

const metadataEventType = 'kthw_run';
const memberPageSize = 1_000;
/** Searches read one page and no older messages. */
const searchLimit = 200;
/** Of `alt_txt`: https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
const maxAltTextLength = 1_000;
const uploadTimeoutMs = 10_000;

/** Implements the port with Slack's Web API. @param client must not retry, because callers of the port decide about retries */
export function createSlackChat(client: WebClient): Chat {
  let team: string | undefined;
  /** A user group has only members of the bot's team. */
  async function getOwnTeam(): Promise<string> {
    team ??= requireValue((await translateErrors(client.auth.test())).team_id, 'auth.test: no team');
    return team;
  }

  return {
    async postMessage(channel, message, { thread, metadata } = {}) {
      const response = await translateErrors(
        client.chat.postMessage({
          channel,
          ...toSlackContent(message),
          ...(thread === undefined ? {} : { thread_ts: thread }),
          ...(metadata ? { metadata: toSlackMetadata(metadata) } : {}),
          unfurl_links: false,
          unfurl_media: false,
        }),
      );
      // For a user id, Slack returns the id of the DM channel.
      return { channel: response.channel ?? channel, ts: requireValue(response.ts, 'chat.postMessage: no ts') };
    },
    async updateMessage(ref, message, metadata) {
      await translateErrors(
        client.chat.update({
          ...ref,
          ...toSlackContent(message),
          ...(metadata ? { metadata: toSlackMetadata(metadata) } : {}),
        }),
      );
    },
    async getPermalink({ channel, ts }) {
      const response = await translateErrors(client.chat.getPermalink({ channel, message_ts: ts }));
      return requireValue(response.permalink, 'chat.getPermalink: no link');
    },
    async openDm(user) {
      const response = await translateErrors(client.conversations.open({ users: user }));
      return requireValue(response.channel?.id, 'conversations.open: no channel');
    },
    uploadFile: (channel, file, onCreated) => uploadFile(client, channel, file, onCreated),
    // https://docs.slack.dev/reference/methods/files.delete (2026-12-01)
    async deleteFile(file) {
      try {
        await translateErrors(client.files.delete({ file }));
        return 'deleted';
      } catch (error) {
        if (error instanceof ChatError && /^file_(not_found|deleted)$/.test(error.reason)) return 'notFound';
        throw error;
      }
    },
    async uploadImage(channel, { name, png, alt, comment }, thread) {
      // Slack's reference says `alt_txt`, its client `alt_text`. In case Slack ignores it, the comment has the same content.
      const file = { file: Buffer.from(png), filename: name, title: name, alt_text: truncate(alt, maxAltTextLength) };
      const target = thread === undefined ? { channel_id: channel } : { channel_id: channel, thread_ts: thread };
      await translateErrors(client.filesUploadV2({ ...target, initial_comment: comment.text, ...file }));
    },
    imageExists: (channel, name, at) => imageExists(client, channel, name, at),
    async postEphemeral(channel, user, message, thread) {
      await translateErrors(
        client.chat.postEphemeral({
          channel,
          user,
          ...toSlackContent(message),
          ...(thread === undefined ? {} : { thread_ts: thread }),
        }),
      );
    },
    async openView(triggerId, view) {
      return toViewRef(await translateErrors(client.views.open({ trigger_id: triggerId, view })));
    },
    async updateView({ id, hash }, view) {
      return toViewRef(
        await translateErrors(client.views.update({ view_id: id, view, ...(hash === undefined ? {} : { hash }) })),
      );
    },
    async publishHome(user, view, hash) {
      const hashOption = hash === undefined ? {} : { hash };
      return toViewRef(await translateErrors(client.views.publish({ user_id: user, view, ...hashOption })));
    },
    async listChannelMembers(channel) {
      const members: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = { channel, limit: memberPageSize, ...(cursor ? { cursor } : {}) };
        const response = await translateErrors(client.conversations.members(page));
        members.push(...(response.members ?? []));
        cursor = response.response_metadata?.next_cursor;
        if (!cursor) return members;
      }
    },
    // https://docs.slack.dev/reference/objects/user-object (2026-12-01)
    async isGuest({ team: claimedTeam, user }) {
      const { user: found } = await translateErrors(client.users.info({ user }));
      if (!found) throw new ChatError('unknown-outcome', 'users.info: no user');
      const home = claimedTeam.startsWith('E') ? found.enterprise_user?.enterprise_id : found.team_id;
      if (home !== undefined && home !== claimedTeam)
        throw new ChatError('invalid-content', 'users.info: another workspace or organization');
      return found.is_restricted === true || found.is_ultra_restricted === true;
    },
    // https://docs.slack.dev/reference/objects/conversation-object (2026-12-01)
    async isSharedChannel(channel) {
      const { channel: found } = await translateErrors(client.conversations.info({ channel }));
      if (!found) throw new ChatError('unknown-outcome', 'conversations.info: no channel');
      const { is_shared: isShared, is_ext_shared: isExternal, is_org_shared: isOrganization } = found;
      return [isShared, isExternal, isOrganization, found.is_pending_ext_shared].includes(true);
    },
    async listGroupMembers(group) {
      const [teamId, { users = [] }] = await Promise.all([
        getOwnTeam(),
        translateErrors(client.usergroups.users.list({ usergroup: group })),
      ]);
      return users.map((user) => ({ team: teamId, user }));
    },
    findMessage: (channel, metadata, options) => findMessage(client, channel, metadata, options),
  };
}

/**
 * Uploads in the three calls of Slack's client, which returns the file's id only after the last one (2026-12-01).
 * https://docs.slack.dev/messaging/working-with-files
 */
async function uploadFile(
  client: WebClient,
  channel: string,
  { name, content, comment }: Parameters<Chat['uploadFile']>[1],
  onCreated: (fileId: string) => Promise<void> = async () => {},
): Promise<void> {
  const body = Buffer.from(content.revealBytes());
  const created = await translateErrors(client.files.getUploadURLExternal({ filename: name, length: body.byteLength }));
  const id = requireValue(created.file_id, 'files.getUploadURLExternal: no id');
  const url = requireValue(created.upload_url, 'files.getUploadURLExternal: no URL');
  await onCreated(id);
  const signal = AbortSignal.timeout(uploadTimeoutMs);
  const { ok } = await translateErrors(fetch(url, { method: 'POST', body, signal }));
  if (!ok) throw new ChatError('unknown-outcome', 'upload_failed');
  await translateErrors(
    client.files.completeUploadExternal({
      channel_id: channel,
      initial_comment: comment.text,
      files: [{ id, title: name }],
    }),
  );
}

/** Files have no metadata, so file names must be unique per run and event. */
async function imageExists(
  client: WebClient,
  channel: string,
  name: string,
  { thread, since }: { readonly thread: string; readonly since: Date },
): Promise<boolean | 'cannot'> {
  const page = { channel, ts: thread, oldest: String(+since / 1000), limit: searchLimit };
  try {
    const { messages = [] } = await translateErrors(client.conversations.replies(page));
    return messages.some(({ files = [] }) => files.some((file) => file.name === name));
  } catch (error) {
    if (error instanceof ChatError && error.reason === 'missing_scope') return 'cannot';
    throw error;
  }
}

async function findMessage(
  client: WebClient,
  channel: string,
  metadata: MessageMetadata,
  { thread, since }: { readonly thread?: string; readonly since: Date },
): Promise<MessageRef | 'cannot' | undefined> {
  const page = { channel, oldest: String(+since / 1000), limit: searchLimit, include_all_metadata: true };
  try {
    const { messages = [] } = await translateErrors(
      thread === undefined ? client.conversations.history(page) : client.conversations.replies({ ...page, ts: thread }),
    );
    const match = messages.find((one) => hasMetadata(one, metadata));
    return match?.ts === undefined ? undefined : { channel, ts: match.ts };
  } catch (error) {
    if (error instanceof ChatError && error.reason === 'missing_scope') return 'cannot';
    throw error;
  }
}

function hasMetadata(message: object, { run, seq }: MessageMetadata): boolean {
  const { metadata } = message as { metadata?: { event_type?: string; event_payload?: Record<string, unknown> } };
  const payload = metadata?.event_type === metadataEventType ? metadata.event_payload : undefined;
  return payload?.run === run && payload.seq === seq;
}

function toViewRef({ view }: { view?: { id?: string; hash?: string } }): ViewRef {
  return { id: requireValue(view?.id, 'views: no id'), hash: requireValue(view?.hash, 'views: no hash') };
}

function toSlackMetadata({ run, seq }: MessageMetadata) {
  return { event_type: metadataEventType, event_payload: { run, seq } };
}

function toSlackContent({ text, blocks }: Message) {
  return { text, blocks: [...blocks] };
}

function requireValue(value: string | undefined, description: string): string {
  if (value === undefined) throw new ChatError('unknown-outcome', description);
  return value;
}

async function translateErrors<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw toChatError(error);
  }
}
