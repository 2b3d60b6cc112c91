import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buttonBlocks, type Harness, startHarness } from './test-environment.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

async function post(text: string, more: object = {}): Promise<string> {
  return (await harness.web.chat.postMessage({ channel: 'C0CLUSTER', text, ...more })).ts as string;
}

describe('a message', () => {
  it('is visible to members, and to the bot with its metadata', async () => {
    const metadata = { event_type: 'run', event_payload: { seq: 7 } };
    const ts = await post('hello', { metadata });
    expect(await harness.people.listMessages('clusters', 'linus')).toMatchObject([{ ts, text: 'hello', metadata }]);
    const bare = await harness.web.conversations.history({ channel: 'C0CLUSTER' });
    expect(bare.messages?.[0]).not.toHaveProperty('metadata');
    const full = await harness.web.conversations.history({ channel: 'C0CLUSTER', include_all_metadata: true });
    expect(full.messages?.[0]).toMatchObject({ ts, metadata });
  });

  it('opens a direct message conversation when sent to a user id', async () => {
    const { channel } = await harness.web.chat.postMessage({ channel: 'U0000ADA0', text: 'psst' });
    expect(channel).toMatch(/^D/);
    expect(await harness.people.listDmMessages('ada')).toMatchObject([{ text: 'psst' }]);
    const opened = await harness.web.conversations.open({ users: 'U0000ADA0' });
    expect(opened).toMatchObject({ already_open: true, channel: { id: channel } });
    const asGrace = harness.people.listMessages(channel as string, 'grace');
    await expect(asGrace).rejects.toThrow('not found or not visible to grace');
  });

  it('is not in the history if ephemeral', async () => {
    await harness.web.chat.postEphemeral({ channel: 'C0CLUSTER', user: 'U0000ADA0', text: 'only you' });
    expect(await harness.people.listMessages('clusters', 'ada')).toMatchObject([
      { text: 'only you', is_ephemeral: true },
    ]);
    expect(await harness.people.listMessages('clusters', 'grace')).toEqual([]);
    expect((await harness.web.conversations.history({ channel: 'C0CLUSTER' })).messages).toEqual([]);
  });

  it('has a unique timestamp even within a millisecond', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, (_, index) => post(`m${index}`)));
    expect(new Set(all).size).toBe(20);
    for (const ts of all) expect(ts).toMatch(/^\d{10}\.\d{6}$/);
  });

  it('is accepted as JSON or as a form, with blocks encoded or not', async () => {
    const headers = { authorization: `Bearer ${harness.workspace.botToken}`, 'content-type': 'application/json' };
    for (const blocks of [buttonBlocks('a'), JSON.stringify(buttonBlocks('a'))]) {
      const body = JSON.stringify({ channel: 'C0CLUSTER', text: 'x', blocks });
      const response = await fetch(`${harness.workspace.url}/api/chat.postMessage`, { method: 'POST', headers, body });
      expect(await response.json()).toMatchObject({ ok: true, message: { blocks: buttonBlocks('a') } });
    }
  });
});

describe('a thread', () => {
  it('contains its replies, and the parent message has their count', async () => {
    const ts = await post('first');
    const reply = await post('second', { thread_ts: ts });
    await post('third', { thread_ts: reply });
    const [first, ...rest] = await harness.people.listMessages('clusters', 'ada');
    expect(first).toMatchObject({ ts, reply_count: 2, reply_users: ['U0000BOT0'] });
    expect(rest).toEqual([]);
    const thread = await harness.web.conversations.replies({ channel: 'C0CLUSTER', ts });
    expect(thread.messages?.map(({ text }) => text)).toEqual(['first', 'second', 'third']);
    expect(thread.messages?.[2]?.thread_ts).toBe(ts);
  });

  it('can broadcast a reply to the channel', async () => {
    const ts = await post('first');
    await post('news', { thread_ts: ts, reply_broadcast: true });
    const shown = await harness.people.listMessages('clusters', 'ada');
    expect(shown.map(({ text, subtype }) => [text, subtype])).toEqual([
      ['first', undefined],
      ['news', 'thread_broadcast'],
    ]);
  });
});

describe('an update', () => {
  it('replaces text and blocks, and keeps metadata unless given', async () => {
    const metadata = { event_type: 'run', event_payload: {} };
    const ts = await post('before', { blocks: buttonBlocks('a'), metadata });
    await harness.web.chat.update({ channel: 'C0CLUSTER', ts, text: 'after' });
    const [message] = await harness.people.listMessages('clusters', 'ada');
    expect(message).toMatchObject({ text: 'after', metadata, edited: { user: 'U0000BOT0' } });
    expect(message?.blocks).toBeUndefined();
    await harness.web.chat.update({ channel: 'C0CLUSTER', ts, text: 'again', metadata: {} as never });
    expect((await harness.people.listMessages('clusters', 'ada'))[0]).not.toHaveProperty('metadata');
  });
});

describe('a deletion', () => {
  it('removes a message, and leaves a tombstone if it has replies', async () => {
    const [alone, parent] = [await post('alone'), await post('parent')];
    await post('reply', { thread_ts: parent });
    for (const ts of [alone, parent]) await harness.web.chat.delete({ channel: 'C0CLUSTER', ts });
    expect(await harness.people.listMessages('clusters', 'ada')).toMatchObject([{ ts: parent, subtype: 'tombstone' }]);
  });
});

it('paginates the history, newest first', async () => {
  for (const text of ['1', '2', '3', '4', '5']) await post(text);
  const seen: (string | undefined)[][] = [];
  for await (const page of harness.web.paginate('conversations.history', { channel: 'C0CLUSTER', limit: 2 })) {
    seen.push((page as unknown as { messages: { text?: string }[] }).messages.map(({ text }) => text));
  }
  expect(seen).toEqual([['5', '4'], ['3', '2'], ['1']]);
});

it('returns the identity and the scopes of the token', async () => {
  expect(await harness.web.auth.test()).toMatchObject({
    user_id: 'U0000BOT0',
    bot_id: 'B0000KTHW',
    team_id: 'T0000LOCAL',
    response_metadata: { scopes: expect.arrayContaining(['chat:write', 'commands']) },
  });
});
