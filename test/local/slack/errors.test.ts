import { ErrorCode, WebClient } from '@slack/web-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from './test-environment.ts';

let harness: Harness;
const ts: Record<string, string> = {};
beforeAll(async () => {
  harness = await startHarness(undefined, {
    scopes: [
      'chat:write',
      'channels:history',
      'channels:read',
      'im:write',
      'files:write',
      'users:read',
      'usergroups:read',
      'reactions:write',
    ],
  });
  ts.person = await harness.people.actAs('ada').sendMessage('clusters', 'mine');
  ts.bot = (await harness.web.chat.postMessage({ channel: 'C0CLUSTER', text: 'its own' })).ts as string;
  await harness.web.reactions.add({ channel: 'C0CLUSTER', timestamp: ts.bot, name: 'eyes' });
});
afterAll(() => harness.close());

const C = 'C0CLUSTER';
const plain = { type: 'plain_text', text: 'x' };
const view = { type: 'modal', title: plain, blocks: [] };

describe("the Web API returns Slack's error names", () => {
  it.each<[string, Record<string, unknown> | (() => Record<string, unknown>), string]>([
    ['chat.postMessage', { channel: 'C404', text: 'x' }, 'channel_not_found'],
    ['chat.postMessage', { channel: 'C000VAULT', text: 'x' }, 'channel_not_found'],
    ['chat.postMessage', { channel: 'C00RANDOM', text: 'x' }, 'not_in_channel'],
    ['chat.postMessage', { channel: '#random', text: 'x' }, 'not_in_channel'],
    ['chat.postMessage', { channel: C, text: ' ' }, 'no_text'],
    ['chat.postMessage', { text: 'x' }, 'invalid_arguments'],
    ['chat.postMessage', { channel: C, blocks: '{' }, 'invalid_blocks_format'],
    ['chat.postMessage', { channel: C, text: 'x', blocks: [{ type: 'nope' }] }, 'invalid_blocks'],
    ['chat.postMessage', { channel: C, text: 'x', thread_ts: '1.000001' }, 'thread_not_found'],
    ['chat.postMessage', { channel: C, text: 'x', metadata: { nope: 1 } }, 'invalid_metadata_format'],
    ['chat.postMessage', { channel: C, text: 'x', attachments: Array(101).fill({}) }, 'too_many_attachments'],
    ['chat.postMessage', { channel: C, markdown_text: 'x'.repeat(12_001) }, 'msg_too_long'],
    ['chat.postMessage', { channel: C, text: 'x', markdown_text: 'x' }, 'markdown_text_conflict'],
    ['chat.update', { channel: C, ts: '1.000001', text: 'x' }, 'message_not_found'],
    ['chat.update', () => ({ channel: C, ts: ts.person, text: 'x' }), 'cant_update_message'],
    ['chat.update', () => ({ channel: C, ts: ts.bot, text: 'x'.repeat(4001) }), 'msg_too_long'],
    ['chat.update', () => ({ channel: 'U0000ADA0', ts: ts.bot, text: 'x' }), 'channel_not_found'],
    ['chat.delete', () => ({ channel: C, ts: ts.person }), 'cant_delete_message'],
    ['chat.postEphemeral', { channel: C, user: 'U404', text: 'x' }, 'user_not_in_channel'],
    ['conversations.open', { users: 'U404' }, 'user_not_found'],
    ['conversations.open', {}, 'users_list_not_supplied'],
    ['conversations.info', { channel: 'C404' }, 'channel_not_found'],
    ['conversations.history', { channel: 'C00RANDOM' }, 'not_in_channel'],
    ['conversations.history', { channel: C, latest: 'noon' }, 'invalid_ts_latest'],
    ['conversations.history', { channel: C, oldest: 'noon' }, 'invalid_ts_oldest'],
    ['conversations.members', { channel: C, limit: 1001 }, 'invalid_limit'],
    ['conversations.members', { channel: C, cursor: 'x' }, 'invalid_cursor'],
    ['conversations.replies', { channel: C, ts: '1.000001' }, 'thread_not_found'],
    ['users.info', { user: 'U404' }, 'user_not_found'],
    ['usergroups.users.list', { usergroup: 'S404' }, 'no_such_subteam'],
    ['reactions.add', () => ({ channel: C, timestamp: ts.bot, name: 'eyes' }), 'already_reacted'],
    ['views.open', { trigger_id: '1.1.ab', view }, 'expired_trigger_id'],
    ['views.open', { trigger_id: 'x', view }, 'invalid_trigger_id'],
    ['views.update', { view_id: 'V404', view }, 'not_found'],
    ['views.publish', { user_id: 'U0000ADA0', view }, 'invalid_arguments'],
    ['files.completeUploadExternal', { files: [{ id: 'F404' }], channel_id: C }, 'file_not_found'],
    ['files.delete', { file: 'F404' }, 'file_not_found'],
    ['files.delete', {}, 'invalid_arguments'],
    ['files.getUploadURLExternal', { filename: 'x', length: 0 }, 'missing_argument'],
    ['team.info', {}, 'missing_scope'],
    ['chat.unheardOf', {}, 'unknown_method'],
  ])('%s %j → %s', async (method, given, error) => {
    const args = typeof given === 'function' ? given() : given;
    await expect(harness.web.apiCall(method, args)).rejects.toMatchObject({
      code: ErrorCode.PlatformError,
      data: { ok: false, error },
    });
  });

  it('returns the JSON pointer of invalid blocks in both response fields', async () => {
    const blocks = [{ type: 'divider' }, { type: 'header', text: { ...plain, text: 'x'.repeat(151) } }];
    const what = 'must be less than 151 characters [json-pointer:/blocks/1/text/text]';
    await expect(harness.web.apiCall('chat.postMessage', { channel: C, text: 'x', blocks })).rejects.toMatchObject({
      data: { errors: [what], response_metadata: { messages: [`[ERROR] ${what}`] } },
    });
  });

  it('names a missing argument', async () => {
    await expect(harness.web.apiCall('chat.postMessage', { text: 'x' })).rejects.toMatchObject({
      data: { response_metadata: { messages: ['[ERROR] missing required field: channel'] } },
    });
  });

  it.each([
    ['xoxb-wrong', 'invalid_auth'],
    [undefined, 'not_authed'],
  ])('rejects the token %s', async (token, error) => {
    const web = new WebClient(token, { slackApiUrl: `${harness.workspace.url}/api/` });
    await expect(web.auth.test()).rejects.toMatchObject({ data: { error } });
  });

  it('accepts a token among the fields', async () => {
    const body = new URLSearchParams({ token: harness.workspace.botToken });
    const response = await fetch(`${harness.workspace.url}/api/auth.test`, { method: 'POST', body });
    expect(await response.json()).toMatchObject({ ok: true });
  });

  it('rejects a body that does not match its content type', async () => {
    const headers = { authorization: `Bearer ${harness.workspace.botToken}`, 'content-type': 'application/json' };
    const response = await fetch(`${harness.workspace.url}/api/auth.test`, { method: 'POST', headers, body: '{' });
    expect(await response.json()).toMatchObject({ ok: false, error: 'invalid_json' });
  });
});
