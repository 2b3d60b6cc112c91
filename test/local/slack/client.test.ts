import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSlackEmulator } from '../../../local/slack/start-slack-emulator.ts';
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
  it('rejects foreign Host and Origin headers', async () => {
    for (const headers of [{ host: 'evil.example' }, { origin: 'https://evil.example' }]) {
      expect(await statusOf('/_local/people', headers)).toBe(403);
    }
    expect(await statusOf('/_local/people', {})).toBe(200);
  });

  it('rejects forms, which other sites could send', async () => {
    const body = new URLSearchParams({ as: 'ada', channel: 'clusters', text: 'forged' });
    expect((await fetch(`${harness.workspace.url}/_local/say`, { method: 'POST', body })).status).toBe(400);
    expect(await harness.people.listMessages('clusters', 'ada')).toEqual([]);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('has no query or action %s', async (name) => {
    const url = `${harness.workspace.url}/_local/${name}`;
    const headers = { 'content-type': 'application/json' };
    for (const init of [{}, { method: 'POST', headers, body: '{}' }]) {
      const response = await fetch(url, init);
      const text = await response.text();
      expect([response.status, text]).toEqual([400, expect.stringMatching(/unknown (query|action)/)]);
      expect(text).not.toContain(harness.workspace.botToken);
    }
    const call = await fetch(`${harness.workspace.url}/api/${name}`, { method: 'POST', headers, body: '{}' });
    expect(await call.json()).toMatchObject({ ok: false, error: 'unknown_method' });
  });

  it('serves the page with a content security policy, and no other files', async () => {
    const page = await fetch(`${harness.workspace.url}/`);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const html = await page.text();
    const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
    expect(parts.filter((path) => /\.(js|css|svg)$/.test(path ?? '')).length).toBeGreaterThan(2);
    for (const path of parts) expect((await fetch(new URL(path ?? '', harness.workspace.url))).status).toBe(200);
    expect(await statusOf('/../main.ts', {})).toBe(404);
    expect(await statusOf('/%2e%2e/create-seed-data.ts', {})).toBe(404);
  });

  it('listens on loopback only', async () => {
    await expect(startSlackEmulator({ host: '0.0.0.0' as never })).rejects.toThrow('it listens on loopback only');
  });
});

/** Sends a request with headers that fetch forbids. */
function statusOf(path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(harness.workspace.url);
    const sent = request({ host: '127.0.0.1', port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.once('error', reject).end();
  });
}
