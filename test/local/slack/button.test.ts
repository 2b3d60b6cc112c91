import type { BlockAction } from '@slack/bolt';
import { afterEach, describe, expect, it } from 'vitest';
import { buttonBlocks, type Harness, startHarness } from './test-environment.ts';

let harness: Harness;
afterEach(() => harness.close());

async function startRecorder(): Promise<BlockAction[]> {
  const bodies: BlockAction[] = [];
  harness = await startHarness((app) => {
    app.action(/.*/, async ({ ack, body }) => {
      bodies.push(body as BlockAction);
      await ack();
    });
  });
  return bodies;
}

async function post(blocks: object[]): Promise<string> {
  const posted = await harness.web.chat.postMessage({ channel: 'clusters', text: 'q', blocks: blocks as never });
  return posted.ts as string;
}

describe('a click', () => {
  it('on a button carries the message, the person and the value', async () => {
    const bodies = await startRecorder();
    const ts = await post(buttonBlocks('approve', 'run-7'));
    expect(await harness.people.actAs('grace').clickInMessage('clusters', ts, 'approve')).toMatchObject({
      ok: true,
      status: 200,
    });
    expect(bodies).toMatchObject([
      {
        type: 'block_actions',
        user: { id: 'U000GRACE', username: 'grace' },
        channel: { id: 'C0CLUSTER', name: 'clusters' },
        container: { type: 'message', message_ts: ts, is_ephemeral: false },
        message: { ts, bot_id: 'B0000KTHW' },
        actions: [{ type: 'button', action_id: 'approve', block_id: 'choices', value: 'run-7' }],
      },
    ]);
  });

  it('tells two buttons with one action id apart by value', async () => {
    const bodies = await startRecorder();
    const [section, first] = buttonBlocks('pick', 'one');
    const [, second] = buttonBlocks('pick', 'two');
    const ts = await post([section, first, { ...second, block_id: 'more' }] as object[]);
    await harness.people.actAs('ada').clickInMessage('clusters', ts, 'pick', 'two');
    expect(bodies[0]?.actions).toMatchObject([{ block_id: 'more', value: 'two' }]);
  });

  it('in an ephemeral message does not carry the message', async () => {
    const bodies = await startRecorder();
    const { message_ts: ts } = await harness.web.chat.postEphemeral({
      channel: 'clusters',
      user: 'U0000ADA0',
      text: 'q',
      blocks: buttonBlocks('approve') as never,
    });
    await harness.people.actAs('ada').clickInMessage('clusters', ts as string, 'approve');
    expect(bodies[0]).toMatchObject({ container: { is_ephemeral: true, message_ts: ts } });
    expect(bodies[0]?.message).toBeUndefined();
    await expect(harness.people.actAs('grace').clickInMessage('clusters', ts as string, 'approve')).rejects.toThrow(
      'no message',
    );
  });

  it('in a thread names the thread', async () => {
    const bodies = await startRecorder();
    const parent = await post(buttonBlocks('a'));
    const reply = await harness.web.chat.postMessage({
      channel: 'clusters',
      thread_ts: parent,
      text: 'q',
      blocks: buttonBlocks('b') as never,
    });
    await harness.people.actAs('ada').clickInMessage('clusters', reply.ts as string, 'b');
    expect(bodies[0]).toMatchObject({ container: { thread_ts: parent }, message: { thread_ts: parent } });
  });

  const option = (value: string) => ({ text: { type: 'plain_text', text: value.toUpperCase() }, value });
  const options = ['a', 'b', 'c'].map(option);
  it.each([
    ['static_select', 'b', { selected_option: option('b') }],
    ['overflow', 'c', { selected_option: option('c') }],
    ['radio_buttons', 'a', { selected_option: option('a') }],
    ['checkboxes', ['a', 'c'], { selected_options: [option('a'), option('c')] }],
  ])('in a %s carries what was chosen', async (type, value, expected) => {
    const bodies = await startRecorder();
    const ts = await post([{ type: 'actions', block_id: 'x', elements: [{ type, action_id: 'choose', options }] }]);
    await harness.people.actAs('ada').clickInMessage('clusters', ts, 'choose', value);
    expect(bodies[0]?.actions).toMatchObject([{ type, action_id: 'choose', ...expected }]);
    expect(bodies[0]?.state?.values).toMatchObject({ x: { choose: expected } });
  });

  it('on what is not there is an error that names it', async () => {
    await startRecorder();
    const ts = await post(buttonBlocks('approve'));
    await expect(harness.people.actAs('ada').clickInMessage('clusters', ts, 'other')).rejects.toThrow(
      'clicking "other": there is no such element',
    );
  });

  it('while the bot is down says so', async () => {
    await startRecorder();
    const ts = await post(buttonBlocks('approve'));
    await harness.stopBot();
    expect(await harness.people.actAs('ada').clickInMessage('clusters', ts, 'approve')).toEqual({
      ok: false,
      error: 'dispatch_failed',
    });
  });
});
