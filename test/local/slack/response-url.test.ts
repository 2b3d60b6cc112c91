import type { App, RespondFn } from '@slack/bolt';
import { afterEach, describe, expect, it } from 'vitest';
import { buttonBlocks, type Harness, startHarness } from './test-environment.ts';

let harness: Harness;
afterEach(() => harness.close());

/** Starts a bot that exposes its `respond` function for each command. */
async function startResponder(): Promise<RespondFn> {
  let take: (respond: RespondFn) => void;
  const given = new Promise<RespondFn>((resolve) => {
    take = resolve;
  });
  harness = await startHarness((app: App) => {
    app.command('/kthw', async ({ ack, respond }) => {
      await ack();
      take(respond);
    });
  });
  await harness.people.actAs('ada').sendCommand('clusters', '/kthw help');
  return given;
}

async function texts(as: string): Promise<string[]> {
  return (await harness.people.listMessages('clusters', as)).map(({ text }) => text);
}

describe('a response URL', () => {
  it('posts an ephemeral message, or one in the channel', async () => {
    const respond = await startResponder();
    await respond('to you');
    await respond({ text: 'to all', response_type: 'in_channel' });
    expect(await texts('ada')).toEqual(['to you', 'to all']);
    expect(await texts('grace')).toEqual(['to all']);
  });

  it('posts in channels without the bot as a member', async () => {
    harness = await startHarness((app) =>
      app.command('/kthw', async ({ ack, respond }) => {
        await ack();
        await respond({ text: 'from outside', response_type: 'in_channel' });
      }),
    );
    await harness.people.actAs('ada').sendCommand('random', '/kthw help');
    const [seen] = await harness.people.waitFor(
      async () => {
        const all = await harness.people.listMessages('random', 'grace');
        return all.length > 0 && all;
      },
      { description: 'the answer' },
    );
    expect(seen?.text).toBe('from outside');
  });

  it('can be used five times', async () => {
    const respond = await startResponder();
    for (let use = 1; use <= 5; use += 1) await respond(`use ${use}`);
    await expect(respond('use 6')).rejects.toMatchObject({ statusCode: 404 });
    expect(await texts('ada')).toHaveLength(5);
  });
});

describe("a button's response URL", () => {
  async function clickWith(answer: object): Promise<void> {
    harness = await startHarness((app) => {
      app.action('go', async ({ ack, respond }) => {
        await ack();
        await respond(answer as never);
      });
    });
    const { ts } = await harness.web.chat.postMessage({
      channel: 'clusters',
      text: 'q',
      blocks: buttonBlocks('go') as never,
    });
    await harness.people.actAs('ada').clickInMessage('clusters', ts as string, 'go');
    await harness.people.waitFor(async () => (await harness.people.getCallCounts()).response_url?.ok, {
      description: 'the response',
    });
  }

  it('replaces the message', async () => {
    await clickWith({ text: 'done', replace_original: true });
    const [message, ...more] = await harness.people.listMessages('clusters', 'grace');
    expect(message).toMatchObject({ text: 'done' });
    expect(message?.blocks).toBeUndefined();
    expect(more).toEqual([]);
  });

  it('deletes the message', async () => {
    await clickWith({ delete_original: true });
    expect(await texts('grace')).toEqual([]);
  });

  it('otherwise posts an ephemeral message', async () => {
    await clickWith({ text: 'thanks' });
    expect(await texts('ada')).toEqual(['q', 'thanks']);
    expect(await texts('grace')).toEqual(['q']);
  });
});
