import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSlackEmulator } from '../../../local/slack/start-slack-emulator.ts';
import { type Harness, startHarness } from './test-environment.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

describe('waiting', () => {
  it('ends with the first change that satisfies it', async () => {
    const found = harness.people.waitFor(async () =>
      (await harness.people.listMessages('clusters', 'ada')).find(({ text }) => text === 'second'),
    );
    for (const text of ['first', 'second']) await harness.web.chat.postMessage({ channel: 'C0CLUSTER', text });
    expect((await found).text).toBe('second');
  });

  it('is over at once when it is already so', async () => {
    expect(await harness.people.waitFor(() => 'so')).toBe('so');
  });

  it('ends at its deadline, and says what did not come', async () => {
    const never = harness.people.waitFor(() => false, { deadlineMs: 30, description: 'a miracle' });
    await expect(never).rejects.toThrow('waiting for a miracle: it did not come within 30 ms');
  });

  it('ends when it is cancelled, and passes on what a look throws', async () => {
    const cancelled = harness.people.waitFor(() => false, { signal: AbortSignal.abort(new Error('enough')) });
    await expect(cancelled).rejects.toThrow('enough');
    const failing = harness.people.waitFor(() => Promise.reject(new Error('broken look')));
    await expect(failing).rejects.toThrow('broken look');
  });
});

describe('the people of the workspace', () => {
  it('cannot be the bot, nor somebody unknown', async () => {
    await expect(harness.people.actAs('kthw').sendMessage('clusters', 'x')).rejects.toThrow('acting as "kthw"');
    await expect(harness.people.actAs('eve').sendMessage('clusters', 'x')).rejects.toThrow('there is no such person');
  });

  it('cannot read private channels that they are not in', async () => {
    expect(await harness.people.listMessages('vault', 'ada')).toEqual([]);
    await expect(harness.people.listMessages('vault', 'linus')).rejects.toThrow('there is no such channel for linus');
  });

  it('can invite the bot, which may then post', async () => {
    await harness.people.actAs('ada').invite('vault', 'kthw');
    expect(await harness.web.chat.postMessage({ channel: 'C000VAULT', text: 'hi' })).toMatchObject({ ok: true });
  });

  it('see what is unread, until they read it', async () => {
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

describe('the server', () => {
  it('answers only to its own address', async () => {
    for (const headers of [{ host: 'evil.example' }, { origin: 'https://evil.example' }]) {
      expect(await statusOf('/_local/people', headers)).toBe(403);
    }
    expect(await statusOf('/_local/people', {})).toBe(200);
  });

  it('does nothing for a form, which a page of another site could send', async () => {
    const body = new URLSearchParams({ as: 'ada', channel: 'clusters', text: 'forged' });
    expect((await fetch(`${harness.workspace.url}/_local/say`, { method: 'POST', body })).status).toBe(400);
    expect(await harness.people.listMessages('clusters', 'ada')).toEqual([]);
  });

  it('serves the page with a policy that lets only its own scripts run, and no other file', async () => {
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

/** A request with headers that fetch would not let through. */
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
