import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WorkspaceClient } from '../../../local/slack/slack-emulator-client.ts';
import { type RunningWorkspace, startWorkspace } from '../../../local/slack/start-slack-emulator.ts';
import { message } from '../../../src/commands/messages/blocks.ts';
import { md } from '../../../src/commands/messages/markdown.ts';
import { type Chat, ChatError } from '../../../src/commands/slack/chat.ts';
import { slackChat } from '../../../src/commands/slack/slack-chat.ts';
import { slackClient } from '../../../src/commands/slack/slack-client.ts';

let workspace: RunningWorkspace;
let people: WorkspaceClient;
let chat: Chat;
let channel: string;

beforeAll(async () => {
  workspace = await startWorkspace({ rateLimits: { enabled: false } });
  people = new WorkspaceClient(workspace.url);
  chat = slackChat(slackClient({ token: workspace.botToken, apiUrl: `${workspace.url}/api/` }));
  channel = (await chat.post('general', message(md`hello`))).channel;
});
beforeEach(() => people.reset());
afterAll(() => workspace.close());

describe('what goes wrong in Slack, as the port says it', () => {
  test.each([
    [{ retryAfterSec: 7 }, { trouble: 'limited', retryAfterMs: 7_000 }],
    [{ status: 500 }, { trouble: 'unsure', reason: 'HTTP 500' }],
    [{ status: 403 }, { trouble: 'account', reason: 'HTTP 403' }],
    [{ cut: 'before' as const }, { trouble: 'unsure', reason: 'no answer' }],
    [{ cut: 'after' as const }, { trouble: 'unsure', reason: 'no answer' }],
    [{ error: 'internal_error' }, { trouble: 'unsure' }],
    [{ error: 'channel_not_found' }, { trouble: 'place' }],
    [{ error: 'not_in_channel' }, { trouble: 'place' }],
    [{ error: 'is_archived' }, { trouble: 'place' }],
    [{ error: 'message_not_found' }, { trouble: 'message-gone' }],
    [{ error: 'token_revoked' }, { trouble: 'account' }],
    [{ error: 'missing_scope' }, { trouble: 'account' }],
    [{ error: 'msg_too_long' }, { trouble: 'content', reason: 'msg_too_long' }],
    [{ error: 'a_word_of_tomorrow' }, { trouble: 'content' }],
  ])('%j', async (fault, shown) => {
    await people.fault({ method: 'chat.postMessage', ...fault });
    const failed = await chat.post(channel, message(md`x`)).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ChatError);
    expect(failed).toMatchObject(shown);
    expect((await people.calls())['chat.postMessage']).toMatchObject({ calls: 1 });
  });

  test('one method that is asked to wait holds up no other', async () => {
    await people.fault({ method: 'chat.postMessage', retryAfterSec: 600 });
    await expect(chat.post(channel, message(md`x`))).rejects.toThrow(ChatError);
    await chat.direct('U0000BOT0').catch(() => undefined);
    expect((await people.calls())['conversations.open']).toBeDefined();
  });
});

describe('a picture', () => {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  const picture = { name: 'demo-r1-9.png', png, alt: 'six machines', comment: message(md`six machines`) };

  test('goes into a thread with its words and its alt text, and is found there by its name', async () => {
    const since = new Date(Date.now() - 60_000);
    const head = await chat.post(channel, message(md`head`));
    await chat.share(channel, picture, head.ts);
    const [, reply] = await people.thread('general', head.ts, 'ada');
    expect(reply).toMatchObject({
      text: 'six machines',
      files: [{ name: 'demo-r1-9.png', mimetype: 'image/png', size: png.length, alt_txt: 'six machines' }],
    });
    const [file] = reply?.files ?? [];
    expect(new Uint8Array(await people.download('ada', file?.id ?? ''))).toEqual(png);
    const at = { thread: head.ts, since };
    expect(await chat.isShared(channel, 'demo-r1-9.png', at)).toBe(true);
    expect(await chat.isShared(channel, 'demo-r1-8.png', at)).toBe(false);
    await people.fault({ method: 'conversations.replies', error: 'missing_scope' });
    expect(await chat.isShared(channel, 'demo-r1-9.png', at)).toBe('cannot');
  });

  test('goes to a direct conversation too, with words that are cut to what Slack takes', async () => {
    const direct = await chat.direct('U0000ADA0');
    await chat.share(direct, { ...picture, alt: 'words '.repeat(400) });
    const [file] = (await people.files('ada')).filter(({ name }) => name === picture.name);
    expect(file).toBeDefined();
  });
});

test('a message has a page of its own', async () => {
  const { ts } = await chat.post(channel, message(md`head`));
  expect(await chat.permalink({ channel, ts })).toBe(`${workspace.url}/archives/${channel}/p${ts.replace('.', '')}`);
});

describe('a marked message', () => {
  test('is found again, in its channel and in its thread', async () => {
    const since = new Date(Date.now() - 60_000);
    const head = await chat.post(channel, message(md`head`), { mark: { run: 'r1', seq: 0 } });
    const reply = await chat.post(channel, message(md`reply`), { thread: head.ts, mark: { run: 'r1', seq: 4 } });
    expect(await chat.find(channel, { run: 'r1', seq: 0 }, { since })).toEqual(head);
    expect(await chat.find(channel, { run: 'r1', seq: 4 }, { since, thread: head.ts })).toEqual(reply);
    expect(await chat.find(channel, { run: 'r1', seq: 5 }, { since, thread: head.ts })).toBeUndefined();
    expect(await chat.find(channel, { run: 'r2', seq: 0 }, { since })).toBeUndefined();
    await chat.update(head, message(md`head 2`), { run: 'r1', seq: 0 });
    expect(await chat.find(channel, { run: 'r1', seq: 0 }, { since })).toEqual(head);
  });

  test('can’t be looked for without the right to read', async () => {
    await people.fault({ method: 'conversations.history', error: 'missing_scope' });
    expect(await chat.find(channel, { run: 'r1', seq: 0 }, { since: new Date() })).toBe('cannot');
  });
});
