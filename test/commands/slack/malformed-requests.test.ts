import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type IncomingMessage, request as sendRequest } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildCommandBody, type SlackFixture, sendToBot, startSlackFixture } from '../../fixtures/slack.ts';

const json = 'application/json';
const unhandled: unknown[] = [];
const recordUnhandled = (error: unknown) => void unhandled.push(error);
let slack: SlackFixture;

beforeAll(async () => {
  process.on('unhandledRejection', recordUnhandled).on('uncaughtException', recordUnhandled);
  slack = await startSlackFixture();
});

afterAll(async () => {
  await slack.close();
  process.off('unhandledRejection', recordUnhandled).off('uncaughtException', recordUnhandled);
});

afterEach(async () => {
  expect(unhandled).toEqual([]);
  expect((await sendToBot(slack, buildCommandBody('help'))).status).toBe(200);
});

const user = { id: 'U1', team_id: 'T1' };
const action = { type: 'button', action_id: 'approval.approve', block_id: 'b', value: '{}' };
const view = { id: 'V1', type: 'modal', callback_id: 'create', private_metadata: '{}', title: { text: 'x' } };
const toPayload = (payload: unknown) => new URLSearchParams({ payload: JSON.stringify(payload) }).toString();

describe('a signed request without the expected content is answered', () => {
  test.each<[string, string | Uint8Array<ArrayBuffer>, string | undefined]>([
    ['null', 'null', json],
    ['an array', '[]', json],
    ['a string', '"text"', json],
    ['a number', '7', json],
    ['true', 'true', json],
    ['an empty object', '{}', json],
    ['an object with a prototype', '{"__proto__":{"ssl_check":"1"}}', json],
    ['incomplete JSON', '{"type":', json],
    ['a deeply nested array', '['.repeat(100_000) + ']'.repeat(100_000), json],
    ['a deeply nested object', `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`, json],
    ['invalid UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0xc0, 0x7d]), json],
    ['no body', '', undefined],
    ['no JSON body', '', json],
    ['an unknown content type', buildCommandBody('help'), 'text/plain'],
    ['a form without fields', '&&&', undefined],
    ['a command without a user', 'command=/kthw&text=help', undefined],
    ['a command with a repeated text', `${buildCommandBody('help')}&text=list`, undefined],
    ['a payload that is null', toPayload(null), undefined],
    ['a payload that is an array', toPayload([]), undefined],
    ['a payload that is no JSON', 'payload=%7B', undefined],
    ['two payloads', 'payload=%7B%7D&payload=%7B%7D', undefined],
    ['an unknown type', toPayload({ type: 'constructor' }), undefined],
    ['a shortcut', toPayload({ type: 'shortcut', user }), undefined],
    ['a click without fields', toPayload({ type: 'block_actions' }), undefined],
    ['a click without actions', toPayload({ type: 'block_actions', user, trigger_id: 't', actions: [] }), undefined],
    [
      'a click on null',
      toPayload({ type: 'block_actions', user, trigger_id: 't', actions: [null, action] }),
      undefined,
    ],
    ['a submission without fields', toPayload({ type: 'view_submission' }), undefined],
    ['a submission without a state', toPayload({ type: 'view_submission', user, view }), undefined],
    [
      'a submission with a number as text',
      toPayload({ type: 'view_submission', user, view: { ...view, state: { values: { name: { v: { value: 5 } } } } } }),
      undefined,
    ],
    ['an event callback without an event', '{"type":"event_callback"}', json],
    ['an event that is null', '{"type":"event_callback","event":null}', json],
    ['a URL verification without a challenge', '{"type":"url_verification"}', json],
  ])('400: %s', async (_, body, type) => {
    expect((await sendToBot(slack, body, type === undefined ? {} : { type })).status).toBe(400);
  });

  test.each([
    ['a mention without text', { type: 'app_mention', user: 'U1', channel: 'C1', ts: '1.1' }],
    ['a mention without a channel', { type: 'app_mention', user: 'U1', text: 'help' }],
    ['a Home event without a user', { type: 'app_home_opened', tab: 'home' }],
    ['an unknown event', { type: 'constructor' }],
  ])('200: %s', async (_, event) => {
    const body = JSON.stringify({ type: 'event_callback', team_id: 'T1', event });
    expect((await sendToBot(slack, body, { type: json })).status).toBe(200);
  });

  test.each([
    ['a click without a container', { type: 'block_actions', user, trigger_id: 't', actions: [action] }],
    [
      'a click on a prototype’s action id',
      {
        ...{ type: 'block_actions', user, trigger_id: 't2', container: {} },
        actions: [{ ...action, action_id: 'constructor' }],
      },
    ],
    [
      'a submission of a prototype’s modal',
      { type: 'view_submission', user, view: { ...view, callback_id: '__proto__', state: { values: {} } } },
    ],
  ])('200: %s', async (_, payload) => {
    expect((await sendToBot(slack, toPayload(payload))).status).toBe(200);
  });

  test('an error before the acknowledgement: 500, at once', async () => {
    const body = toPayload({ type: 'block_actions', user, trigger_id: 't', actions: [action], event: null });
    expect((await sendToBot(slack, body)).status).toBe(500);
  });
});

describe('before a body is read', () => {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  function recordRequest(event: unknown): void {
    const { request, socket } = event as { request: IncomingMessage; socket: Socket };
    requests.push(request);
    sockets.add(socket);
  }

  beforeEach(() => {
    requests.length = 0;
    sockets.clear();
    subscribe('http.server.request.start', recordRequest);
  });
  afterEach(() => void unsubscribe('http.server.request.start', recordRequest));

  const seconds = () => String(Math.floor(Date.now() / 1000));
  const signed = () => ({ 'x-slack-signature': `v0=${'0'.repeat(64)}`, 'x-slack-request-timestamp': seconds() });

  /** Sends the headers and `body`, and never ends the request. */
  function sendOpenRequest(headers: Record<string, string>, body: string | Uint8Array): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const open = sendRequest(`${slack.url}/slack/events`, { method: 'POST', headers, agent: false }, (response) => {
        response.resume();
        open.destroy();
        resolve(response);
      });
      // The server can close the connection while the client is still sending. After an answer this has no effect.
      open.on('error', reject);
      open.write(body);
    });
  }

  test.each<[string, () => Record<string, string>, number]>([
    ['without headers', () => ({ 'content-length': '100' }), 401],
    ['without a signature', () => ({ ...signed(), 'x-slack-signature': '', 'content-length': '100' }), 401],
    ['with another version', () => ({ ...signed(), 'x-slack-signature': `v1=${'0'.repeat(64)}` }), 401],
    ['with a short signature', () => ({ ...signed(), 'x-slack-signature': 'v0=00', 'content-length': '100' }), 401],
    ['with an old timestamp', () => ({ ...signed(), 'x-slack-request-timestamp': '1531420618' }), 401],
    ['with a negative timestamp', () => ({ ...signed(), 'x-slack-request-timestamp': '-1' }), 401],
    ['without a content length', signed, 411],
    ['with a long content length', () => ({ ...signed(), 'content-length': String(256 * 1024 + 1) }), 413],
    ['with an endless content length', () => ({ ...signed(), 'content-length': '9'.repeat(15) }), 413],
  ])('a request %s is refused and its connection closed', async (_, getHeaders, status) => {
    const response = await sendOpenRequest(getHeaders(), 'a');
    expect([response.statusCode, response.headers.connection]).toEqual([status, 'close']);
  });

  test('a signed body of 256 KB is accepted', async () => {
    const body = buildCommandBody('help');
    const padded = `${body}&padding=${'x'.repeat(256 * 1024 - body.length - '&padding='.length)}`;
    expect((await sendToBot(slack, padded)).status).toBe(200);
  });

  test('60 unsigned bodies of 3.9 MB are refused without being buffered', async () => {
    const size = 3_900_000;
    const body = new Uint8Array(size).fill(0x61);
    const headers = { 'content-length': String(size), 'content-type': 'application/x-www-form-urlencoded' };
    const before = process.memoryUsage().arrayBuffers;
    const answers = await Promise.all(
      // The connection can be closed before the client reads the answer.
      Array.from({ length: 60 }, (_, i) =>
        sendOpenRequest(i % 2 ? headers : { ...headers, ...signed() }, body).catch(() => undefined),
      ),
    );
    expect(requests).toHaveLength(60);
    const statuses = answers.flatMap((answer) => answer?.statusCode ?? []);
    expect([...new Set(statuses)].sort()).toEqual([401, 413]);
    expect(requests.filter((request) => 'rawBody' in request)).toEqual([]);
    const bytesRead = [...sockets].reduce((sum, socket) => sum + socket.bytesRead, 0);
    expect(bytesRead).toBeLessThan(60 * 512 * 1024);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60 * 512 * 1024);
  });
});
