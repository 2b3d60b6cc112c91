import { afterEach, describe, expect, it } from 'vitest';
import { startMinimalBot } from './minimal-bot.ts';
import { type Harness, startHarness } from './test-environment.ts';

let harness: Harness;
afterEach(() => harness.close());

describe('an event', () => {
  it('reports a mention with its thread', async () => {
    harness = await startHarness((app) => {
      app.event('app_mention', async ({ event, say }) => {
        await say({ text: `heard: ${event.text}`, thread_ts: event.thread_ts ?? event.ts });
      });
    });
    const ts = await harness.people.actAs('ada').sendMessage('clusters', '@kthw are you <there>?');
    const [, reply] = await harness.people.waitFor(async () => {
      const thread = await harness.people.listThreadMessages('clusters', ts, 'ada');
      return thread.length > 1 && thread;
    });
    expect(reply?.text).toBe('heard: <@U0000BOT0> are you &lt;there&gt;?');
  });

  it('reports a direct message', async () => {
    harness = await startHarness((app) => {
      app.message('ping', async ({ say }) => void (await say('pong')));
    });
    await harness.people.actAs('ada').sendMessage(await harness.people.openDm('ada'), 'ping');
    const texts = await harness.people.waitFor(async () => {
      const all = (await harness.people.listDmMessages('ada')).map(({ text }) => text);
      return all.length > 1 && all;
    });
    expect(texts).toEqual(['ping', 'pong']);
  });

  it('is not sent for other messages', async () => {
    harness = await startHarness();
    const bot = await startMinimalBot(() => [200]);
    harness.workspace.setBotUrl(bot.url);
    const ada = harness.people.actAs('ada');
    await ada.sendMessage('clusters', 'nobody in particular');
    await ada.sendMessage('random', '@kthw is not in here');
    await ada.sendMessage('clusters', '@kthw');
    await harness.people.waitFor(
      () => bot.received.length > 0 || ada.sendCommand('clusters', '/kthw x').then(() => false),
    );
    const texts = bot.received.flatMap(({ body }) => (body.startsWith('{') ? [JSON.parse(body).event.text] : []));
    expect(texts).toEqual(['<@U0000BOT0>']);
    bot.close();
  });

  it('is retried after failures, with count and reason', async () => {
    harness = await startHarness();
    const bot = await startMinimalBot((before) => [before < 2 ? 500 : 200]);
    harness.workspace.setBotUrl(bot.url);
    await harness.people.actAs('ada').sendMessage('clusters', '@kthw hello');
    await until(() => bot.received.length === 3);
    const retries = bot.received.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']]);
    expect(retries).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_error'],
    ]);
    const ids = new Set(bot.received.map(({ body }) => JSON.parse(body).event_id));
    expect(ids.size).toBe(1);
    bot.close();
  });

  it('is not retried if the bot sends x-slack-no-retry', async () => {
    harness = await startHarness();
    const bot = await startMinimalBot((before) => [
      before === 0 ? 500 : 200,
      before === 0 ? { 'x-slack-no-retry': '1' } : {},
    ]);
    harness.workspace.setBotUrl(bot.url);
    await harness.people.actAs('ada').sendMessage('clusters', '@kthw first');
    await until(() => bot.received.length === 1);
    await harness.people.actAs('ada').sendMessage('clusters', '@kthw second');
    await until(() => bot.received.length === 2);
    expect(JSON.parse(bot.received[1]?.body ?? '').event.text).toContain('second');
    bot.close();
  });
});

describe('a request to the bot', () => {
  it('is signed, and forms have the content type without charset', async () => {
    harness = await startHarness();
    const bot = await startMinimalBot(() => [200]);
    harness.workspace.setBotUrl(bot.url);
    await harness.people.actAs('ada').sendCommand('clusters', '/kthw a b');
    expect(bot.received[0]?.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-signature': expect.stringMatching(/^v0=[0-9a-f]{64}$/),
      'x-slack-request-timestamp': expect.stringMatching(/^\d{10}$/),
    });
    expect(new URLSearchParams(bot.received[0]?.body).get('text')).toBe('a b');
    bot.close();
  });

  it('verifies the URL by its challenge', async () => {
    harness = await startHarness();
    expect(await harness.people.verifyUrl()).toEqual({ ok: true });
    const bot = await startMinimalBot(() => [200]);
    harness.workspace.setBotUrl(bot.url);
    expect(await harness.people.verifyUrl()).toEqual({ ok: false, error: 'challenge_failed' });
    bot.close();
  });
});

/** Waits for a condition outside the emulator, which has no change stream. */
async function until(met: () => boolean): Promise<void> {
  await expect.poll(met, { interval: 5, timeout: 5000 }).toBe(true);
}
