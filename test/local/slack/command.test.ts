import { afterEach, describe, expect, it } from 'vitest';
import { startMinimalBot } from './minimal-bot.ts';
import { type Harness, startHarness } from './test-environment.ts';

let harness: Harness;
afterEach(() => harness.close());

describe('a slash command', () => {
  it('reaches Bolt with its fields and is acknowledged', async () => {
    harness = await startHarness((app) => {
      app.command('/kthw', async ({ ack, command }) => ack({ text: JSON.stringify(command) }));
    });
    const ack = await harness.people.actAs('ada').sendCommand('clusters', '/kthw create demo for @grace in #general');
    const fields = JSON.parse((ack.body as { text: string }).text);
    expect(fields).toMatchObject({
      command: '/kthw',
      text: 'create demo for <@U000GRACE|grace> in <#C0GENERAL|general>',
      channel_id: 'C0CLUSTER',
      channel_name: 'clusters',
      user_id: 'U0000ADA0',
      user_name: 'ada',
      team_id: 'T0000LOCAL',
    });
    expect(fields.trigger_id).toMatch(/^\d+\.\d+\.[0-9a-f]{32}$/);
    expect(fields.response_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/response\//);
  });

  it('reaches Bolt with the identity from auth.test', async () => {
    harness = await startHarness(
      (app) => app.command('/kthw', async ({ ack, context }) => ack(`${context.botUserId} ${context.botId}`)),
      { fetchIdentity: true },
    );
    expect((await harness.people.actAs('ada').sendCommand('clusters', '/kthw')).body).toBe('U0000BOT0 B0000KTHW');
    expect((await harness.people.getCallCounts())['auth.test']?.ok).toBe(1);
  });

  it('shows the response only to the requester', async () => {
    harness = await startHarness((app) => app.command('/kthw', async ({ ack }) => ack('hello')));
    await harness.people.actAs('ada').sendCommand('clusters', '/kthw help');
    expect(await harness.people.listMessages('clusters', 'ada')).toMatchObject([{ text: 'hello', is_ephemeral: true }]);
    expect(await harness.people.listMessages('clusters', 'grace')).toEqual([]);
  });

  it('shows an in_channel response below the command', async () => {
    harness = await startHarness((app) =>
      app.command('/kthw', async ({ ack }) => ack({ response_type: 'in_channel', text: 'to all' })),
    );
    await harness.people.actAs('ada').sendCommand('clusters', '/kthw help');
    const seen = await harness.people.listMessages('clusters', 'grace');
    expect(seen.map(({ text, user }) => [user, text])).toEqual([
      ['U0000ADA0', '/kthw help'],
      ['U0000BOT0', 'to all'],
    ]);
  });

  it('works without the bot as a member, and in direct messages', async () => {
    harness = await startHarness((app) => app.command('/kthw', async ({ ack, command }) => ack(command.channel_name)));
    const ada = harness.people.actAs('ada');
    expect((await ada.sendCommand('random', '/kthw help')).body).toBe('random');
    expect((await ada.sendCommand(await harness.people.openDm('ada'), '/kthw help')).body).toBe('directmessage');
  });

  it('is rejected in threads without a request to the bot', async () => {
    let requestCount = 0;
    harness = await startHarness((app) =>
      app.command('/kthw', async ({ ack }) => {
        requestCount += 1;
        await ack();
      }),
    );
    const ada = harness.people.actAs('ada');
    const ts = await ada.sendMessage('clusters', 'a thread');
    expect(await ada.sendCommand('clusters', '/kthw help', ts)).toMatchObject({ ok: false });
    const [, findErrorReply] = await ada.listThreadMessages('clusters', ts);
    expect(findErrorReply).toMatchObject({ is_ephemeral: true, text: '/kthw is not supported in threads. Sorry!' });
    expect(requestCount).toBe(0);
  });

  it('is rejected by the emulator if not registered', async () => {
    harness = await startHarness();
    await harness.people.actAs('ada').sendCommand('clusters', '/nope');
    expect(await harness.people.listMessages('clusters', 'ada')).toMatchObject([
      { text: '/nope is not a valid command.' },
    ]);
  });
});

describe('a failed slash command', () => {
  async function findErrorReply(): Promise<unknown> {
    const ack = await harness.people.actAs('ada').sendCommand('clusters', '/kthw help');
    const [message] = await harness.people.listMessages('clusters', 'ada');
    expect(message).toMatchObject({ is_ephemeral: true, user: 'USLACKBOT' });
    expect(message?.text).toBe(`/kthw failed with the error "${ack.error}"`);
    return [ack.error, ack.status];
  }

  it('times out if the bot is slow', async () => {
    harness = await startHarness((app) => app.command('/kthw', async () => undefined), { ackTimeoutMs: 60 });
    expect(await findErrorReply()).toEqual(['operation_timeout', undefined]);
  });

  it('reports dispatch_failed while the bot is down, and works after its restart', async () => {
    harness = await startHarness();
    await harness.stopBot();
    expect(await findErrorReply()).toEqual(['dispatch_failed', undefined]);
    const bot = await startMinimalBot(() => [200]);
    harness.workspace.setBotUrl(bot.url);
    expect(await harness.people.actAs('ada').sendCommand('clusters', '/kthw help')).toMatchObject({
      ok: true,
      status: 200,
    });
    bot.close();
  });

  it('is rejected by Bolt if the signing secrets differ', async () => {
    harness = await startHarness((app) => app.command('/kthw', async ({ ack }) => ack()), { botSecret: 'another' });
    expect(await findErrorReply()).toEqual(['http_client_error', 401]);
  });

  it('reports a service error if the bot fails', async () => {
    harness = await startHarness();
    const bot = await startMinimalBot(() => [500]);
    harness.workspace.setBotUrl(bot.url);
    expect(await findErrorReply()).toEqual(['http_service_error', 500]);
    bot.close();
  });

  it('reports invalid blocks in the response', async () => {
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }] as never;
    harness = await startHarness((app) => app.command('/kthw', async ({ ack }) => ack({ text: 'x', blocks })));
    expect(await findErrorReply()).toEqual(['invalid_blocks', 200]);
  });
});
