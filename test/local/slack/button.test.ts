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
  it('sends the message, the user and the value', async () => {
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

  it('distinguishes buttons with equal action ids by value', async () => {
    const bodies = await startRecorder();
    const [section, first] = buttonBlocks('pick', 'one');
    const [, second] = buttonBlocks('pick', 'two');
    const ts = await post([section, first, { ...second, block_id: 'more' }] as object[]);
    await harness.people.actAs('ada').clickInMessage('clusters', ts, 'pick', 'two');
    expect(bodies[0]?.actions).toMatchObject([{ block_id: 'more', value: 'two' }]);
  });

  it('omits an ephemeral message from the payload', async () => {
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
      'not found in this channel',
    );
  });

  it('sends the thread of a reply', async () => {
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
  ])('sends the choice in a %s', async (type, value, expected) => {
    const bodies = await startRecorder();
    const ts = await post([{ type: 'actions', block_id: 'x', elements: [{ type, action_id: 'choose', options }] }]);
    await harness.people.actAs('ada').clickInMessage('clusters', ts, 'choose', value);
    expect(bodies[0]?.actions).toMatchObject([{ type, action_id: 'choose', ...expected }]);
    expect(bodies[0]?.state?.values).toMatchObject({ x: { choose: expected } });
  });

  it('fails for a missing element and names it', async () => {
    await startRecorder();
    const ts = await post(buttonBlocks('approve'));
    await expect(harness.people.actAs('ada').clickInMessage('clusters', ts, 'other')).rejects.toThrow(
      'element "other" not found',
    );
  });

  it('reports that the bot is down', async () => {
    await startRecorder();
    const ts = await post(buttonBlocks('approve'));
    await harness.stopBot();
    expect(await harness.people.actAs('ada').clickInMessage('clusters', ts, 'approve')).toEqual({
      ok: false,
      error: 'dispatch_failed',
    });
  });
});
