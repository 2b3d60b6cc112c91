import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Chat } from '../src/commands/slack/chat.ts';
import { createSlackAccountMonitor } from '../src/commands/slack/slack-account-monitor.ts';
import { createSlackChat } from '../src/commands/slack/slack-chat.ts';
import { createSlackClient } from '../src/commands/slack/slack-client.ts';
import { createHealthEndpoints, type HealthDeps } from '../src/health.ts';
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { StoreUnavailable } from '../src/store/store.ts';
import { runRecord } from './support/store-fixtures.ts';

test('returns 200 and the number of open runs if all checks pass', async () => {
  const { ask, store } = await environment();
  await store.write('run', 'r1', runRecord({ open: true }), undefined);
  expect(await ask()).toEqual([
    200,
    { ok: true, store: { ok: true, openRuns: 1 }, keyring: { ok: true }, slack: { ok: true } },
  ]);
});

test('caches the result of each check', async () => {
  const { ask, counts } = await environment({ cacheMs: { store: 60_000, keyring: 60_000, failed: 60_000 } });
  await Promise.all([ask(), ask()]);
  for (const _ of [1, 2, 3, 4]) await ask();
  expect(counts).toEqual({ store: 1, keyring: 1, slack: 1 });
});

test('caches failures too', async () => {
  const { ask, counts, fail } = await environment({ cacheMs: { store: 60_000, keyring: 60_000, failed: 60_000 } });
  fail.store = true;
  for (const _ of [1, 2, 3]) expect(await ask()).toMatchObject([503, { store: { ok: false } }]);
  expect(counts).toMatchObject({ store: 1, keyring: 1 });
});

test('warm-up checks store and keyring and completes even if they fail', async () => {
  const { warm, counts, fail } = await environment();
  expect(await warm()).toBe(200);
  expect(counts).toEqual({ store: 1, keyring: 1, slack: 0 });
  fail.store = true;
  expect(await warm()).toBe(200);
});

test('returns 503 for a failing store or keyring and logs failure and recovery once', async () => {
  const { ask, fail, logged } = await environment();
  fail.store = true;
  fail.keyring = true;
  expect(await ask()).toMatchObject([
    503,
    { ok: false, store: { ok: false }, keyring: { ok: false }, slack: { ok: true } },
  ]);
  await ask();
  expect(logged.filter(([, text]) => text === 'health: component failed').map(([{ component }]) => component)).toEqual([
    'store',
    'keyring',
  ]);
  const [, body] = await ask();
  expect(JSON.stringify(body)).not.toContain('quiet');
  fail.store = false;
  fail.keyring = false;
  expect(await ask()).toMatchObject([200, { ok: true }]);
  expect(logged.filter(([, text]) => text === 'health: component recovered')).toHaveLength(2);
});

test.each(['token_revoked', 'invalid_auth', 'account_inactive', 'token_expired'])(
  'logs Slack’s %s once with the fix and reports it on /healthz until a token works',
  async (reason) => {
    const { ask, slack, chat, logged } = await environment();
    slack.says = { ok: false, error: reason };
    for (const _ of [1, 2, 3]) await expect(chat.openDm('U1')).rejects.toMatchObject({ reason });
    const loud = () => logged.filter(([{ severity }]) => severity === 'CRITICAL');
    expect(loud()).toMatchObject([
      [{ reason, nextStep: expect.stringContaining('npm run deploy -- --secrets') }, /does not take/],
    ]);
    const [status, body] = await ask();
    expect([status, body.slack.ok]).toEqual([503, false]);
    expect(body.slack.remedy).toContain('restart kthw');
    expect(loud()).toHaveLength(1);
    slack.says = { ok: true, channel: { id: 'D1' } };
    expect(await ask()).toMatchObject([200, { slack: { ok: true } }]);
    slack.says = { ok: false, error: reason };
    await expect(chat.openDm('U1')).rejects.toMatchObject({ reason });
    expect(loud()).toHaveLength(2);
  },
);

test('other errors do not affect the token status', async () => {
  const { ask, slack, chat, logged } = await environment();
  slack.says = { ok: false, error: 'channel_not_found' };
  await expect(chat.openDm('U1')).rejects.toMatchObject({ kind: 'channel-unavailable' });
  slack.says = { ok: true };
  expect(await ask()).toMatchObject([200, { slack: { ok: true } }]);
  expect(logged).toEqual([]);
});

async function environment(options: Pick<HealthDeps, 'cacheMs'> = {}) {
  const slack = { says: { ok: true } as object };
  const counts = { store: 0, keyring: 0, slack: 0 };
  const api = createServer((_, response) => {
    counts.slack += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(slack.says));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const logged: [Readonly<Record<string, unknown>>, string][] = [];
  const log = (fields: Readonly<Record<string, unknown>>, text: string) => void logged.push([fields, text]);
  const client = createSlackClient({
    token: 'xoxb-x',
    apiUrl: `http://127.0.0.1:${(api.address() as AddressInfo).port}/api/`,
  });
  const account = createSlackAccountMonitor(client, log);
  const chat: Chat = account.monitorChat(createSlackChat(client));
  const store = openSqliteStore({ path: ':memory:' });
  const fail = { store: false, keyring: false };
  const health = createHealthEndpoints({
    store: {
      listOpenRuns: async () => {
        counts.store += 1;
        if (fail.store) throw new StoreUnavailable('the store: quiet');
        return await store.listOpenRuns();
      },
    },
    keyring: {
      wrap: async (key) => {
        counts.keyring += 1;
        if (fail.keyring) throw new Error('quiet');
        return { wrapped: key, keyVersion: '1' };
      },
    },
    account,
    log,
    cacheMs: options.cacheMs ?? { store: 0, keyring: 0, failed: 0 },
  });
  const server = createServer((request, response) =>
    request.url === '/warm' ? health.handleWarmup(request, response) : health.handleHealthCheck(request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const one of [server, api]) {
      one.closeAllConnections();
      one.close();
    }
    await store.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const ask = async (): Promise<[number, { slack: { ok: boolean; remedy?: string } }]> => {
    const response = await fetch(url);
    return [response.status, (await response.json()) as never];
  };
  const warm = async () => (await fetch(`${url}warm`)).status;
  return { ask, warm, store, slack, chat, fail, logged, counts };
}
