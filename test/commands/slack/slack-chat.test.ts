import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SlackEmulatorClient } from '../../../local/slack/slack-emulator-client.ts';
import { type SlackEmulator, startSlackEmulator } from '../../../local/slack/start-slack-emulator.ts';
import { buildMessage } from '../../../src/commands/messages/blocks.ts';
import { md } from '../../../src/commands/messages/markdown.ts';
import { type Chat, ChatError } from '../../../src/commands/slack/chat.ts';
import { createSlackChat } from '../../../src/commands/slack/slack-chat.ts';
import { createSlackClient } from '../../../src/commands/slack/slack-client.ts';
import { Secret } from '../../../src/store/vault/secret.ts';

let workspace: SlackEmulator;
let people: SlackEmulatorClient;
let chat: Chat;
let channel: string;

beforeAll(async () => {
  workspace = await startSlackEmulator({ rateLimits: { enabled: false } });
  people = new SlackEmulatorClient(workspace);
  chat = createSlackChat(createSlackClient({ token: workspace.botToken, apiUrl: `${workspace.url}/api/` }));
  channel = (await chat.postMessage('general', buildMessage(md`hello`))).channel;
});
beforeEach(() => people.resetCallsAndFaults());
afterAll(() => workspace.close());

describe('errors of Slack, as reported by the port', () => {
  test.each([
    [{ retryAfterSec: 7 }, { kind: 'rate-limited', retryAfterMs: 7_000 }],
    [{ status: 500 }, { kind: 'unknown-outcome', reason: 'HTTP 500' }],
    [{ status: 403 }, { kind: 'auth', reason: 'HTTP 403' }],
    [{ cut: 'before' as const }, { kind: 'unknown-outcome', reason: 'no response' }],
    [{ cut: 'after' as const }, { kind: 'unknown-outcome', reason: 'no response' }],
    [{ error: 'internal_error' }, { kind: 'unknown-outcome' }],
    [{ error: 'channel_not_found' }, { kind: 'channel-unavailable' }],
    [{ error: 'not_in_channel' }, { kind: 'channel-unavailable' }],
    [{ error: 'is_archived' }, { kind: 'channel-unavailable' }],
    [{ error: 'message_not_found' }, { kind: 'message-not-found' }],
    [{ error: 'token_revoked' }, { kind: 'auth' }],
    [{ error: 'missing_scope' }, { kind: 'auth' }],
    [{ error: 'msg_too_long' }, { kind: 'invalid-content', reason: 'msg_too_long' }],
    [{ error: 'a_word_of_tomorrow' }, { kind: 'invalid-content' }],
  ])('%j', async (fault, shown) => {
    await people.injectFaults({ method: 'chat.postMessage', ...fault });
    const failed = await chat.postMessage(channel, buildMessage(md`x`)).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ChatError);
    expect(failed).toMatchObject(shown);
    expect((await people.getCallCounts())['chat.postMessage']).toMatchObject({ calls: 1 });
  });

  test('a rate-limited method does not block others', async () => {
    await people.injectFaults({ method: 'chat.postMessage', retryAfterSec: 600 });
    await expect(chat.postMessage(channel, buildMessage(md`x`))).rejects.toThrow(ChatError);
    await chat.openDm('U0000BOT0').catch(() => undefined);
    expect((await people.getCallCounts())['conversations.open']).toBeDefined();
  });
});

describe('a picture', () => {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  const picture = { name: 'demo-r1-9.png', png, alt: 'six machines', comment: buildMessage(md`six machines`) };

  test('uploads to a thread with comment and alt text, and is found by name', async () => {
    const since = new Date(Date.now() - 60_000);
    const head = await chat.postMessage(channel, buildMessage(md`head`));
    await chat.uploadImage(channel, picture, head.ts);
    const [, reply] = await people.listThreadMessages('general', head.ts, 'ada');
    expect(reply).toMatchObject({
      text: 'six machines',
      files: [{ name: 'demo-r1-9.png', mimetype: 'image/png', size: png.length, alt_txt: 'six machines' }],
    });
    const [file] = reply?.files ?? [];
    expect(new Uint8Array(await people.downloadFile('ada', file?.id ?? ''))).toEqual(png);
    const at = { thread: head.ts, since };
    expect(await chat.imageExists(channel, 'demo-r1-9.png', at)).toBe(true);
    expect(await chat.imageExists(channel, 'demo-r1-8.png', at)).toBe(false);
    await people.injectFaults({ method: 'conversations.replies', error: 'missing_scope' });
    expect(await chat.imageExists(channel, 'demo-r1-9.png', at)).toBe('cannot');
  });

  test('uploads to a DM, with truncated alt text', async () => {
    const direct = await chat.openDm('U0000ADA0');
    await chat.uploadImage(direct, { ...picture, alt: 'words '.repeat(400) });
    const [file] = (await people.listFiles('ada')).filter(({ name }) => name === picture.name);
    expect(file).toBeDefined();
  });
});

describe('a file', () => {
  const file = { name: 'demo.kubeconfig', content: new Secret('kind: Config'), comment: buildMessage(md`yours`) };
  const listIds = async () => (await people.listFiles('ada')).map(({ id }) => id);

  test('has an id before its content is sent, and is deleted by it', async () => {
    const direct = await chat.openDm('U0000ADA0');
    let id = '';
    await chat.uploadFile(direct, file, async (created) => {
      id = created;
      expect(await listIds()).not.toContain(id);
    });
    expect(String(await people.downloadFile('ada', id))).toBe('kind: Config');
    expect(await chat.deleteFile(id)).toBe('deleted');
    expect(await listIds()).not.toContain(id);
    for (const missing of [id, 'F404']) expect(await chat.deleteFile(missing)).toBe('notFound');
  });

  test('is not uploaded if its id can’t be recorded', async () => {
    const direct = await chat.openDm('U0000ADA0');
    const before = await listIds();
    const uploading = chat.uploadFile(direct, file, () => Promise.reject(new Error('the store is down')));
    await expect(uploading).rejects.toThrow('the store is down');
    expect(await listIds()).toEqual(before);
  });

  test.each([
    ['cant_delete_file', 'invalid-content'],
    ['delete_not_allowed', 'invalid-content'],
    ['file_deleting_disabled', 'invalid-content'],
    ['ratelimited', 'rate-limited'],
    ['missing_scope', 'auth'],
    ['internal_error', 'unknown-outcome'],
  ])('that Slack does not delete is an error: %s', async (error, kind) => {
    await people.injectFaults({ method: 'files.delete', error });
    await expect(chat.deleteFile('F404')).rejects.toMatchObject({ kind, reason: error });
  });
});

test('returns the permalink of a message', async () => {
  const { ts } = await chat.postMessage(channel, buildMessage(md`head`));
  expect(await chat.getPermalink({ channel, ts })).toBe(`${workspace.url}/archives/${channel}/p${ts.replace('.', '')}`);
});

describe('a message with metadata', () => {
  test('is found in its channel and thread', async () => {
    const since = new Date(Date.now() - 60_000);
    const head = await chat.postMessage(channel, buildMessage(md`head`), { metadata: { run: 'r1', seq: 0 } });
    const reply = await chat.postMessage(channel, buildMessage(md`reply`), {
      thread: head.ts,
      metadata: { run: 'r1', seq: 4 },
    });
    expect(await chat.findMessage(channel, { run: 'r1', seq: 0 }, { since })).toEqual(head);
    expect(await chat.findMessage(channel, { run: 'r1', seq: 4 }, { since, thread: head.ts })).toEqual(reply);
    expect(await chat.findMessage(channel, { run: 'r1', seq: 5 }, { since, thread: head.ts })).toBeUndefined();
    expect(await chat.findMessage(channel, { run: 'r2', seq: 0 }, { since })).toBeUndefined();
    await chat.updateMessage(head, buildMessage(md`head 2`), { run: 'r1', seq: 0 });
    expect(await chat.findMessage(channel, { run: 'r1', seq: 0 }, { since })).toEqual(head);
  });

  test("can't be found without the read scope", async () => {
    await people.injectFaults({ method: 'conversations.history', error: 'missing_scope' });
    expect(await chat.findMessage(channel, { run: 'r1', seq: 0 }, { since: new Date() })).toBe('cannot');
  });
});
