import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSlackEmulator } from '../../../local/slack/start-slack-emulator.ts';
import { getStatus } from '../../support/get-status.ts';
import { type Harness, startHarness } from './test-environment.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

describe('waitFor', () => {
  it('resolves after the first change that satisfies the condition', async () => {
    const found = harness.people.waitFor(async () =>
      (await harness.people.listMessages('clusters', 'ada')).find(({ text }) => text === 'second'),
    );
    for (const text of ['first', 'second']) await harness.web.chat.postMessage({ channel: 'C0CLUSTER', text });
    expect((await found).text).toBe('second');
  });

  it('resolves immediately if the condition already holds', async () => {
    expect(await harness.people.waitFor(() => 'so')).toBe('so');
  });

  it('rejects at the deadline with the description', async () => {
    const never = harness.people.waitFor(() => false, { deadlineMs: 30, description: 'a miracle' });
    await expect(never).rejects.toThrow('timed out after 30 ms waiting for a miracle');
  });

  it('rejects on cancellation and on an error of the condition', async () => {
    const cancelled = harness.people.waitFor(() => false, { signal: AbortSignal.abort(new Error('enough')) });
    await expect(cancelled).rejects.toThrow('enough');
    const failing = harness.people.waitFor(() => Promise.reject(new Error('broken condition')));
    await expect(failing).rejects.toThrow('broken condition');
  });
});

describe('users', () => {
  it('must exist and must not be the bot', async () => {
    await expect(harness.people.actAs('kthw').sendMessage('clusters', 'x')).rejects.toThrow('user "kthw" not found');
    await expect(harness.people.actAs('eve').sendMessage('clusters', 'x')).rejects.toThrow('user "eve" not found');
  });

  it('cannot read private channels without membership', async () => {
    expect(await harness.people.listMessages('vault', 'ada')).toEqual([]);
    await expect(harness.people.listMessages('vault', 'linus')).rejects.toThrow(
      'channel "vault" not found or not visible to linus',
    );
  });

  it('can invite the bot, which can then post', async () => {
    await harness.people.actAs('ada').invite('vault', 'kthw');
    expect(await harness.web.chat.postMessage({ channel: 'C000VAULT', text: 'hi' })).toMatchObject({ ok: true });
  });

  it('see unread counts until they read the channel', async () => {
    const { ts } = await harness.web.chat.postMessage({ channel: 'C0CLUSTER', text: 'hi <@U0000ADA0>' });
    const entry = async () => {
      const team = await harness.people.fetchQuery<{ channels: { name: string; unread: number; mentions: number }[] }>(
        'team',
        { as: 'ada' },
      );
      return team.channels.find(({ name }) => name === 'clusters');
    };
    expect(await entry()).toMatchObject({ unread: 1, mentions: 1 });
    await harness.people.performAction('read', { as: 'ada', channel: 'clusters', ts });
    expect(await entry()).toMatchObject({ unread: 0, mentions: 0 });
  });
});

describe('the HTTP server', () => {
  it('rejects foreign Host, Origin and Sec-Fetch-Site headers', async () => {
    const foreign = [
      { host: 'evil.example' },
      { origin: 'https://evil.example' },
      { origin: 'http://127.0.0.1:1' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) expect(await statusOf('/_local/people', headers)).toBe(403);
    expect(await statusOf('/_local/people', { 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await statusOf('/?token=x', { host: 'evil.example' })).toBe(403);
  });

  it.each([
    ['GET', '/'],
    ['GET', '/index.html'],
    ['GET', '/archives/C0CLUSTER/p1'],
    ['GET', '/_local/people'],
    ['GET', '/_local/messages?as=ada&channel=clusters'],
    ['GET', '/_local/events?as=ada'],
    ['GET', '/_local/file?as=ada&id=F1'],
    ['POST', '/_local/say'],
    ['POST', '/_local/faults'],
    ['GET', '/?token=guess'],
  ])('denies %s %s without the access token', async (method, path) => {
    const { url, accessToken, botToken } = harness.workspace;
    const port = new URL(url).port;
    for (const headers of [
      {},
      { authorization: 'Bearer guess' },
      { authorization: `Bearer ${botToken}` },
      { cookie: `kthw_access_${port}=guess` },
      { cookie: `kthw_access_1=${accessToken}` },
    ])
      expect(await getStatus(url + path, { method, headers })).toBe(401);
    if (path.includes('token=')) return;
    const cookie = `other=1; kthw_access_${port}=${accessToken}`;
    expect(await getStatus(url + path, { method, headers: { cookie } })).not.toBe(401);
  });

  it('stores the access token of the printed URL in a cookie and removes it from the URL', async () => {
    const { pageUrl, url } = harness.workspace;
    const response = await fetch(pageUrl, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
    const [cookie = '', ...attributes] = response.headers.get('set-cookie')?.split('; ') ?? [];
    expect(attributes).toEqual(['Path=/', 'HttpOnly', 'SameSite=Lax']);
    expect(await getStatus(`${url}/`, { headers: { cookie } })).toBe(200);
    expect(await getStatus(pageUrl, { headers: { 'sec-fetch-site': 'cross-site' } })).toBe(303);
  });

  it('rejects forms, which other sites could send', async () => {
    const body = new URLSearchParams({ as: 'ada', channel: 'clusters', text: 'forged' });
    expect((await sendRequest('/_local/say', { method: 'POST', body })).status).toBe(400);
    expect(await harness.people.listMessages('clusters', 'ada')).toEqual([]);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('has no query or action %s', async (name) => {
    const headers = { 'content-type': 'application/json' };
    for (const init of [{}, { method: 'POST', headers, body: '{}' }]) {
      const response = await sendRequest(`/_local/${name}`, init);
      const text = await response.text();
      expect([response.status, text]).toEqual([400, expect.stringMatching(/unknown (query|action)/)]);
      expect(text).not.toContain(harness.workspace.botToken);
    }
    const call = await fetch(`${harness.workspace.url}/api/${name}`, { method: 'POST', headers, body: '{}' });
    expect(await call.json()).toMatchObject({ ok: false, error: 'unknown_method' });
  });

  it('serves the page with a content security policy, and no other files', async () => {
    const page = await sendRequest('/');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const html = await page.text();
    const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
    expect(parts.filter((path) => /\.(js|css|svg)$/.test(path ?? '')).length).toBeGreaterThan(2);
    for (const path of parts) expect((await sendRequest(path ?? '')).status).toBe(200);
    expect(await statusOf('/../main.ts', {})).toBe(404);
    expect(await statusOf('/%2e%2e/create-seed-data.ts', {})).toBe(404);
  });

  it('listens on loopback only', async () => {
    await expect(startSlackEmulator({ host: '0.0.0.0' as never })).rejects.toThrow('it listens on loopback only');
  });
});

/** Sends a request with the access token. @param path absolute, or relative to the page */
function sendRequest(path: string, init: RequestInit = {}): Promise<Response> {
  const { url, accessToken } = harness.workspace;
  const headers = { ...init.headers, authorization: `Bearer ${accessToken}` };
  return fetch(new URL(path, url), { ...init, headers });
}

/** Sends a request with the access token and headers that fetch forbids. */
function statusOf(path: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const { url, accessToken } = harness.workspace;
  return getStatus(url + path, { headers: { ...headers, authorization: `Bearer ${accessToken}` } });
}
