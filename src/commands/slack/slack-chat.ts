import type { WebClient } from '@slack/web-api';
import { cut } from '../messages/limits.ts';
import type { Message } from '../routing/command.ts';
import { type Chat, ChatError, type Mark, type Place, type ViewPlace } from './chat.ts';
import { chatError } from './slack-error.ts';

const eventType = 'kthw_run';
const peoplePage = 1_000;
/** One page of what was said since: nothing is looked for further back. */
const lookBack = 200;
/** Of `alt_txt`: https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
const longestAlt = 1_000;

/** The port over Slack's Web API. The client must repeat nothing by itself: who calls the port decides about that. */
export function slackChat(client: WebClient): Chat {
  let team: string | undefined;
  /** People are told apart by team and id; a user group holds people of the bot's team only. */
  async function ownTeam(): Promise<string> {
    team ??= needed((await calling(client.auth.test())).team_id, 'auth.test: no team');
    return team;
  }

  return {
    async post(channel, message, { thread, mark } = {}) {
      const answer = await calling(
        client.chat.postMessage({
          channel,
          ...content(message),
          ...(thread === undefined ? {} : { thread_ts: thread }),
          ...(mark ? { metadata: metadata(mark) } : {}),
          unfurl_links: false,
          unfurl_media: false,
        }),
      );
      // A person's id as channel gives back the real one of the direct conversation.
      return { channel: answer.channel ?? channel, ts: needed(answer.ts, 'chat.postMessage: no ts') };
    },
    async update(at, message, mark) {
      await calling(client.chat.update({ ...at, ...content(message), ...(mark ? { metadata: metadata(mark) } : {}) }));
    },
    async permalink({ channel, ts }) {
      const answer = await calling(client.chat.getPermalink({ channel, message_ts: ts }));
      return needed(answer.permalink, 'chat.getPermalink: no link');
    },
    async direct(user) {
      const answer = await calling(client.conversations.open({ users: user }));
      return needed(answer.channel?.id, 'conversations.open: no channel');
    },
    async upload(channel, { name, content, comment }) {
      const file = { file: Buffer.from(content.bytes()), filename: name, title: name };
      await calling(client.filesUploadV2({ channel_id: channel, initial_comment: comment.text, ...file }));
    },
    async share(channel, { name, png, alt, comment }, thread) {
      // The field is `alt_txt` in Slack's reference and `alt_text` in its client, so that the comment says the same in words.
      const file = { file: Buffer.from(png), filename: name, title: name, alt_text: cut(alt, longestAlt) };
      const where = thread === undefined ? { channel_id: channel } : { channel_id: channel, thread_ts: thread };
      await calling(client.filesUploadV2({ ...where, initial_comment: comment.text, ...file }));
    },
    isShared: (channel, name, at) => isShared(client, channel, name, at),
    async whisper(channel, user, message, thread) {
      await calling(
        client.chat.postEphemeral({
          channel,
          user,
          ...content(message),
          ...(thread === undefined ? {} : { thread_ts: thread }),
        }),
      );
    },
    async openView(trigger, view) {
      return placeOf(await calling(client.views.open({ trigger_id: trigger, view })));
    },
    async updateView({ id, hash }, view) {
      return placeOf(
        await calling(client.views.update({ view_id: id, view, ...(hash === undefined ? {} : { hash }) })),
      );
    },
    async publishHome(user, view, hash) {
      const known = hash === undefined ? {} : { hash };
      return placeOf(await calling(client.views.publish({ user_id: user, view, ...known })));
    },
    async peopleIn(channel) {
      const people: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = { channel, limit: peoplePage, ...(cursor ? { cursor } : {}) };
        const answer = await calling(client.conversations.members(page));
        people.push(...(answer.members ?? []));
        cursor = answer.response_metadata?.next_cursor;
        if (!cursor) return people;
      }
    },
    async members(group) {
      const [own, { users = [] }] = await Promise.all([
        ownTeam(),
        calling(client.usergroups.users.list({ usergroup: group })),
      ]);
      return users.map((user) => ({ team: own, user }));
    },
    find: (channel, mark, options) => find(client, channel, mark, options),
  };
}

/** Files bear no mark of ours, so that their names must be of one run and one event each. */
async function isShared(
  client: WebClient,
  channel: string,
  name: string,
  { thread, since }: { readonly thread: string; readonly since: Date },
): Promise<boolean | 'cannot'> {
  const page = { channel, ts: thread, oldest: String(+since / 1000), limit: lookBack };
  try {
    const { messages = [] } = await calling(client.conversations.replies(page));
    return messages.some(({ files = [] }) => files.some((file) => file.name === name));
  } catch (error) {
    if (error instanceof ChatError && error.reason === 'missing_scope') return 'cannot';
    throw error;
  }
}

async function find(
  client: WebClient,
  channel: string,
  mark: Mark,
  { thread, since }: { readonly thread?: string; readonly since: Date },
): Promise<Place | 'cannot' | undefined> {
  const page = { channel, oldest: String(+since / 1000), limit: lookBack, include_all_metadata: true };
  try {
    const { messages = [] } = await calling(
      thread === undefined ? client.conversations.history(page) : client.conversations.replies({ ...page, ts: thread }),
    );
    const found = messages.find((one) => isMarked(one, mark));
    return found?.ts === undefined ? undefined : { channel, ts: found.ts };
  } catch (error) {
    if (error instanceof ChatError && error.reason === 'missing_scope') return 'cannot';
    throw error;
  }
}

function isMarked(message: object, { run, seq }: Mark): boolean {
  const { metadata } = message as { metadata?: { event_type?: string; event_payload?: Record<string, unknown> } };
  const payload = metadata?.event_type === eventType ? metadata.event_payload : undefined;
  return payload?.run === run && payload.seq === seq;
}

function placeOf({ view }: { view?: { id?: string; hash?: string } }): ViewPlace {
  return { id: needed(view?.id, 'views: no id'), hash: needed(view?.hash, 'views: no hash') };
}

function metadata({ run, seq }: Mark) {
  return { event_type: eventType, event_payload: { run, seq } };
}

function content({ text, blocks }: Message) {
  return { text, blocks: [...blocks] };
}

function needed(value: string | undefined, what: string): string {
  if (value === undefined) throw new ChatError('unsure', what);
  return value;
}

async function calling<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw chatError(error);
  }
}
