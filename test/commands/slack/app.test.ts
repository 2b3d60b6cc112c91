import { afterEach, describe, expect, test } from 'vitest';
import { Conversation } from '../../../local/driver/conversation.ts';
import type { ApiMessage } from '../../../local/slack/slack-emulator-client.ts';
import { StoreUnavailable } from '../../../src/store/store.ts';
import { wrapStore } from '../../../src/store/wrap-store.ts';
import {
  buildCommandBody,
  type SlackFixture,
  type SlackFixtureOptions,
  sendToBot,
  startSlackFixture,
} from '../../fixtures/slack.ts';

const open: SlackFixture[] = [];

async function started(options?: SlackFixtureOptions): Promise<SlackFixture> {
  const slack = await startSlackFixture(options);
  open.push(slack);
  return slack;
}

afterEach(async () => {
  for (const slack of open.splice(0)) await slack.close();
});

/** The channel in the workspace where everybody and the bot is. */
const general = 'general';

describe('a request of Slack', () => {
  test('is accepted if signed and recent', async () => {
    const slack = await started();
    const { status, text } = await sendToBot(slack, buildCommandBody('help'));
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ response_type: 'ephemeral', text: expect.stringContaining('create') });
  });

  test.each([
    ['with another secret', { secret: 'wrong' }],
    ['six minutes old', { secondsOff: -360 }],
    ['six minutes ahead', { secondsOff: 360 }],
    ['an hour ahead', { secondsOff: 3_600 }],
    ['with a timestamp that is none', { headers: { 'x-slack-request-timestamp': 'now' } }],
    ['without a signature', { headers: { 'x-slack-signature': '' } }],
  ])('is rejected %s, without effect', async (_, change) => {
    const slack = await started();
    expect((await sendToBot(slack, buildCommandBody('create demo'), change)).status).toBe(401);
    expect(await slack.store.list('cluster')).toEqual([]);
    expect(await slack.store.list('processedRequest')).toEqual([]);
  });

  test('is accepted with a clock skew of four minutes', async () => {
    const slack = await started();
    expect((await sendToBot(slack, buildCommandBody('help'), { secondsOff: -240 })).status).toBe(200);
    expect((await sendToBot(slack, buildCommandBody('help'), { secondsOff: 240 })).status).toBe(200);
  });

  test('is answered if it is an ssl_check', async () => {
    const slack = await started();
    expect((await sendToBot(slack, 'ssl_check=1&token=x')).status).toBe(200);
  });

  test('on other paths goes to the configured routes', async () => {
    const routes = [
      {
        path: '/healthz',
        method: 'GET',
        handler: (_: unknown, response: { end: (text: string) => void }) => response.end('well'),
      },
    ];
    const slack = await started({ routes });
    expect(await (await fetch(`${slack.url}/healthz`)).text()).toBe('well');
    expect((await fetch(`${slack.url}/other`)).status).toBe(404);
  });
});

describe('a command', () => {
  test('sent ten times concurrently has one effect', async () => {
    const reads: unknown[] = [];
    const slack = await started({
      wrapStore: (store) => ({
        ...wrapStore((call) => call(store)),
        read: (kind, id) => {
          reads.push(`${kind} ${id}`);
          return store.read(kind, id);
        },
      }),
    });
    const sent = await Promise.all(Array.from({ length: 10 }, () => sendToBot(slack, buildCommandBody('status demo'))));
    expect(sent.map(({ status }) => status)).toEqual(Array(10).fill(200));
    await sendToBot(slack, buildCommandBody('create last', 't2'));
    await untilRuns(slack, 1);
    expect(reads.filter((one) => one === 'cluster demo')).toHaveLength(1);
  });

  test('is acknowledged while the store is unavailable', async () => {
    const slack = await started({
      wrapStore: (store) => ({ ...wrapStore((call) => call(store)), write: () => new Promise(() => {}) }),
    });
    const { status, text } = await sendToBot(slack, buildCommandBody('create demo'));
    expect([status, text]).toEqual([200, '']);
    open.splice(0);
    await slack.workspace.close();
  });

  test('is acknowledged while Slack’s API is unavailable', async () => {
    const slack = await started();
    await slack.slackClient.injectFaults({ method: '*', times: 50, status: 500 });
    expect((await sendToBot(slack, buildCommandBody('help'))).status).toBe(200);
    expect((await sendToBot(slack, buildCommandBody('list', 't2'))).status).toBe(200);
  });

  test('reports a failing store to the requester', async () => {
    const slack = await started({
      wrapStore: (store) => ({
        ...wrapStore((call) => call(store)),
        listActiveClusters: () => Promise.reject(new Error('away')),
      }),
    });
    const ada = slack.slackClient.actAs('ada');
    await ada.sendCommand(general, '/kthw list');
    const shown = await slack.slackClient.waitFor(async () =>
      (await ada.listMessages(general)).find(({ text }) => text.includes('failed with an internal error')),
    );
    expect(shown.is_ephemeral).toBe(true);
    expect(slack.logged).toContainEqual(expect.objectContaining({ message: 'handling a request failed' }));
  });
});

test('reports an unavailable store and has no effect', async () => {
  let away = true;
  const slack = await started({
    wrapStore: (store) => ({
      ...wrapStore((call) => call(store)),
      write: (...args) => (away ? Promise.reject(new StoreUnavailable('no answer')) : store.write(...args)),
    }),
  });
  const ada = slack.slackClient.actAs('ada');
  await ada.sendCommand(general, '/kthw create demo');
  const shown = await slack.slackClient.waitFor(async () =>
    (await ada.listMessages(general)).find(({ text }) => text.includes('Database unavailable')),
  );
  expect(shown.is_ephemeral).toBe(true);
  expect(JSON.stringify(shown.blocks)).toContain('/kthw list');
  away = false;
  expect(await slack.store.list('run')).toEqual([]);
  await ada.sendCommand(general, '/kthw create demo');
  await untilRuns(slack, 1);
});

/** Waits until the store has so many runs. */
async function untilRuns({ store }: SlackFixture, count: number): Promise<void> {
  while ((await store.list('run')).length < count) await new Promise(setImmediate);
}

/** What the bot asks Ada before it deletes. */
async function deleteAsks(slack: SlackFixture): Promise<ApiMessage> {
  const ada = slack.slackClient.actAs('ada');
  const before = new Set((await ada.listMessages(general)).map(({ ts }) => ts));
  await ada.sendCommand(general, '/kthw delete demo');
  return await slack.slackClient.waitFor(async () =>
    (await ada.listMessages(general)).find(({ ts, text }) => text === 'Delete demo?' && !before.has(ts)),
  );
}

/** The dialog that Ada has open, once its button is gone. */
async function dialog(slack: SlackFixture) {
  await waitForReply(slack, 'into the dialog');
  return await slack.slackClient.waitFor(async () => (await slack.slackClient.listViews('ada')).at(-1));
}

async function waitForReply({ slackClient }: SlackFixture, words: string): Promise<ApiMessage> {
  return await slackClient.waitFor(async () =>
    (await slackClient.actAs('ada').listMessages(general)).find(({ text }) => text.includes(words)),
  );
}

test('deletes records of old requests at startup', async () => {
  const old = '2026-01-01T00:00:00.000Z';
  const fresh = new Date().toISOString();
  const slack = await started({
    wrapStore: (store) => {
      void store.write('processedRequest', 'old', { processedAt: old }, undefined);
      void store.write('processedRequest', 'fresh', { processedAt: fresh }, undefined);
      return store;
    },
  });
  while ((await slack.store.list('processedRequest')).length > 1) await new Promise(setImmediate);
  expect((await slack.store.list('processedRequest')).map(({ id }) => id)).toEqual(['fresh']);
});

describe('in a workspace', () => {
  test('answers an invalid command immediately, to the requester only', async () => {
    const slack = await started();
    const ack = await slack.slackClient.actAs('ada').sendCommand(general, '/kthw crate demo');
    expect(ack.body).toMatchObject({
      response_type: 'ephemeral',
      text: expect.stringContaining('did you mean `create`'),
    });
  });

  test('create answers the requester and posts one message in the channel', async () => {
    const slack = await started();
    const ada = slack.slackClient.actAs('ada');
    await ada.sendCommand(general, '/kthw create demo');
    const seen = await slack.slackClient.waitFor(async () => {
      const all = await ada.listMessages(general);
      return all.some(({ text }) => text.startsWith('Creating')) && all.find(({ metadata }) => metadata)
        ? all
        : undefined;
    });
    expect(seen.find(({ text }) => text.startsWith('Creating'))?.is_ephemeral).toBe(true);
    const summaries = seen.filter(({ metadata }) => metadata?.event_type === 'kthw_run');
    expect(summaries.map(({ text }) => text)).toEqual(['⏳ demo: creating, 0 of 2 phases']);
  });

  test('delete asks for confirmation and the name, and removes used buttons', async () => {
    const slack = await started();
    const ada = slack.slackClient.actAs('ada');
    await ada.sendCommand(general, '/kthw create demo');
    await untilRuns(slack, 1);
    await ada.clickInMessage(general, (await deleteAsks(slack)).ts, 'delete.cancel');
    await waitForReply(slack, 'was not deleted');
    expect((await ada.listMessages(general)).some(({ text }) => text === 'Delete demo?')).toBe(false);
    expect(await slack.store.list('run')).toHaveLength(1);

    await ada.clickInMessage(general, (await deleteAsks(slack)).ts, 'delete.confirm');
    const view = await dialog(slack);
    expect((await ada.listMessages(general)).some(({ text }) => text === 'Delete demo?')).toBe(false);
    const wrong = await ada.submitView(view.id, { input: 'dema' });
    expect(wrong).toMatchObject({ ok: false, errors: { name: expect.stringContaining('Type demo') } });
    expect(await slack.store.list('run')).toHaveLength(1);
    expect(await ada.submitView(view.id, { input: 'demo' })).toMatchObject({ ok: true });
    await untilRuns(slack, 2);
    expect((await waitForReply(slack, 'Deleting')).is_ephemeral).toBe(true);
    expect(await slack.slackClient.listViews('ada')).toEqual([]);
    const runs = await slack.store.list('run');
    expect(runs.map(({ value }) => [value.operation, value.channel])).toContainEqual(['delete', 'C0GENERAL']);
  });

  test("the demo's user deletes a cluster", async ({ signal }) => {
    const slack = await started();
    const talk = new Conversation(slack.slackClient, { person: 'ada', channel: general, signal });
    await talk.sendCommand('/kthw create demo');
    await untilRuns(slack, 1);
    await talk.sendCommand('/kthw delete demo');
    await talk.pressButton('delete.confirm');
    await talk.submitModal({ input: 'demo' });
    await untilRuns(slack, 2);
  });

  test('a repeated submission deletes once', async () => {
    const slack = await started();
    const ada = slack.slackClient.actAs('ada');
    await ada.sendCommand(general, '/kthw create demo');
    await untilRuns(slack, 1);
    await ada.clickInMessage(general, (await deleteAsks(slack)).ts, 'delete.confirm');
    const { id, private_metadata, callback_id } = await dialog(slack);
    const payload = {
      ...{ type: 'view_submission', trigger_id: '1.1.a', team: { id: 'T0000LOCAL', domain: 'local' } },
      user: { id: 'U0000ADA0', name: 'ada', team_id: 'T0000LOCAL' },
      view: { id, private_metadata, callback_id, state: { values: { name: { input: { value: 'demo' } } } } },
    };
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    for (const { status } of await Promise.all([1, 2, 3].map(() => sendToBot(slack, body)))) expect(status).toBe(200);
    await untilRuns(slack, 2);
    await slack.done();
    expect(await slack.store.list('run')).toHaveLength(2);
    expect((await ada.listMessages(general)).filter(({ text }) => text.startsWith('Deleting'))).toHaveLength(1);
  });

  test("reports a modal that can't be opened and deletes nothing", async () => {
    const slack = await started();
    const ada = slack.slackClient.actAs('ada');
    await ada.sendCommand(general, '/kthw create demo');
    await untilRuns(slack, 1);
    const { ts } = await deleteAsks(slack);
    await slack.slackClient.injectFaults({ method: 'views.open', error: 'expired_trigger_id' });
    await ada.clickInMessage(general, ts, 'delete.confirm');
    expect((await waitForReply(slack, 'Opening the dialog failed')).is_ephemeral).toBe(true);
    expect(await slack.store.list('run')).toHaveLength(1);
  });

  test('a mention runs the command once, despite retries and edits', async () => {
    const slack = await started();
    const ada = slack.slackClient.actAs('ada');
    const { bot } = await slack.slackClient.fetchQuery<{ bot: { user: string } }>('team', { as: 'ada' });
    const event = {
      type: 'app_mention',
      user: 'U0000ADA0',
      text: `<@${bot.user}> create demo`,
      ts: '1.1',
      channel: 'C0GENERAL',
      event_ts: '1.1',
    };
    const body = JSON.stringify({
      type: 'event_callback',
      team_id: 'T0000LOCAL',
      api_app_id: 'A1',
      event_id: 'E1',
      event_time: 1,
      event,
    });
    for (const retry of ['', '1', '2']) {
      const headers: Record<string, string> = retry
        ? { 'x-slack-retry-num': retry, 'x-slack-retry-reason': 'http_timeout' }
        : {};
      expect((await sendToBot(slack, body, { type: 'application/json', headers })).status).toBe(200);
    }
    await untilRuns(slack, 1);
    const edited = { ...event, text: `<@${bot.user}> create demo2`, edited: { user: 'U0000ADA0', ts: '2.1' } };
    const edit = { ...JSON.parse(body), event_id: 'E2', event: edited };
    expect((await sendToBot(slack, JSON.stringify(edit), { type: 'application/json', headers: {} })).status).toBe(200);
    await ada.sendMessage(general, '@kthw status demo');
    const shown = await slack.slackClient.waitFor(async () =>
      (await ada.listMessages(general)).find((one) => one.is_ephemeral && one.text.includes('demo: creating')),
    );
    expect(shown.text).toContain('demo: creating');
    expect(await slack.store.list('run')).toHaveLength(1);
  });

  test.each([
    ['a bot', { bot_id: 'B1' }, 0],
    ['a message of a bot', { subtype: 'bot_message' }, 0],
    ['a person of another organization', { user_team: 'T9' }, 0],
    ['a person of the own workspace', { user_team: 'T0000LOCAL' }, 1],
  ])('a mention by %s', async (_, fields, runs) => {
    const slack = await started();
    const event = {
      ...{
        type: 'app_mention',
        user: 'U0000ADA0',
        text: '<@U0BOT> create demo',
        ts: '1.1',
        channel: 'C0GENERAL',
        event_ts: '1.1',
      },
      ...fields,
    };
    const envelope = {
      type: 'event_callback',
      team_id: 'T0000LOCAL',
      api_app_id: 'A1',
      event_id: 'E1',
      event_time: 1,
      event,
    };
    const request = { type: 'application/json', headers: {} };
    expect((await sendToBot(slack, JSON.stringify(envelope), request)).status).toBe(200);
    const own = { ...envelope, event_id: 'E2', event: { ...event, ...fields, ts: '2.1', text: '<@U0BOT> list' } };
    expect((await sendToBot(slack, JSON.stringify(own), request)).status).toBe(200);
    await slack.done();
    expect(await slack.store.list('run')).toHaveLength(runs);
  });

  test('sends a kubeconfig as a file by DM only', async () => {
    const slack = await started();
    const ada = slack.slackClient.actAs('ada');
    await ada.sendCommand(general, '/kthw create demo');
    await untilRuns(slack, 1);
    const found = await slack.store.read('cluster', 'demo');
    if (found) await slack.store.write('cluster', 'demo', { ...found.value, settledState: 'ready' }, found.version);
    await ada.sendCommand(general, '/kthw kubeconfig demo --hours 8');
    const reply = await slack.slackClient.waitFor(async () =>
      (await ada.listMessages(general)).find(({ text }) => text.includes('in a DM')),
    );
    expect(reply.is_ephemeral).toBe(true);
    const [file] = (await ada.listDmMessages()).flatMap(({ files = [] }) => files);
    expect(file?.name).toBe('demo.kubeconfig');
    expect(String(await slack.slackClient.downloadFile('ada', file?.id ?? ''))).toBe('kind: Config');
    expect(JSON.stringify([await ada.listMessages(general), slack.logged])).not.toContain('kind: Config');
  });

  test('falls back to an ephemeral message if the response URL fails', async () => {
    const slack = await started();
    await slack.slackClient.injectFaults({ method: 'response_url', status: 404 });
    const ada = slack.slackClient.actAs('ada');
    await ada.sendCommand(general, '/kthw list');
    const shown = await slack.slackClient.waitFor(async () =>
      (await ada.listMessages(general)).find(({ text }) => text.includes('No clusters yet')),
    );
    expect(shown.is_ephemeral).toBe(true);
  });
});
