import { afterEach, describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/store/events.ts';
import type { ChatFault, PostedMessage } from '../../fakes/chat.ts';
import {
  closeNotifierEnvironments,
  createNotifierEnvironment,
  getSummaryMessage,
  type NotifierEnvironment,
  notifyEvents,
} from '../../fixtures/notifier-environment.ts';
import { channel, stepStarted } from '../../fixtures/run.ts';

afterEach(closeNotifierEnvironments);

const grace = { team: 'T1', user: 'U2' };
const given: EngineEvent = { type: 'approval.granted', digest: 'd1', actor: grace };
const refused: EngineEvent = { type: 'approval.rejected', digest: 'd1', actor: grace };
const stop: EngineEvent = { type: 'run.cancelRequested', actor: grace };
const end = (outcome: 'succeeded' | 'failed' | 'cancelled'): EngineEvent => ({ type: 'run.finished', outcome });

function ask(world: NotifierEnvironment, digest = 'd1', minutes = 30): EngineEvent {
  const expiresAt = new Date(+world.clock.now() + minutes * 60_000).toISOString();
  return { type: 'approval.requested', digest, deletions: ['instance demo-controller-0'], expiresAt };
}

/** Messages that asked something, oldest first. */
function questions({ chat }: NotifierEnvironment): PostedMessage[] {
  return chat.postedMessages.filter(({ message }) =>
    /Requested deletion of|This will delete/.test(JSON.stringify(message.blocks)),
  );
}

function describePosted(posted: PostedMessage | undefined): { icon: string; pressable: boolean; blocks: string } {
  const blocks = JSON.stringify(posted?.message.blocks);
  return { icon: posted?.message.text.split(' ')[0] ?? '', pressable: blocks.includes('approval.approve'), blocks };
}

async function pendingOf(world: NotifierEnvironment) {
  return (await world.store.read('slackThread', world.run))?.value.approvalMessages;
}

describe('an approval request', () => {
  test('is posted in the thread with buttons, and the summary shows it', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, ask(world));
    const [posted] = questions(world);
    expect(posted?.thread).toBe(getSummaryMessage(world).ts);
    expect(describePosted(posted)).toMatchObject({ icon: '✋', pressable: true });
    expect(describePosted(posted).blocks).toContain('instance demo-controller-0');
    expect(getSummaryMessage(world).message.text).toContain('awaiting approval');
    expect(await pendingOf(world)).toMatchObject([{ channel, ts: posted?.ts, renderedState: 'open' }]);
  });

  test('shows the approver, and later the result', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, ask(world));
    await notifyEvents(world, given);
    const [posted] = questions(world);
    expect(describePosted(posted)).toMatchObject({ icon: '👍', pressable: false });
    expect(describePosted(posted).blocks).toContain('Approved by <@U2>');
    expect(getSummaryMessage(world).message.text).not.toContain('awaiting approval');
    await notifyEvents(world, stepStarted('network/a'), end('failed'));
    expect(describePosted(posted)).toMatchObject({ icon: '❌', pressable: false });
    expect(describePosted(posted).blocks).toMatch(/Approved by <@U2>.*Result: create failed/);
    expect(await pendingOf(world)).toBeUndefined();
    expect(world.chat.listReplyTexts(getSummaryMessage(world)).slice(1)).toEqual([
      '👍 <@U2> approved the run',
      '❌ demo: create failed',
    ]);
  });

  test('reports concurrent approvals once', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, ask(world), given, given);
    expect(
      world.chat.listReplyTexts(getSummaryMessage(world)).filter((text) => text.includes('approved the run')),
    ).toHaveLength(1);
  });

  test.each([
    ['refused', [refused, end('cancelled')], '👎', 'Rejected by <@U2>'],
    ['stopped', [stop, end('cancelled')], '⏹️', '<@U2> cancelled the run'],
    ['expired', [end('cancelled')], '⌛', 'no response before the deadline'],
  ] as const)('that was %s shows it without buttons and is not updated again', async (_, then, icon, words) => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, ask(world));
    world.clock.advance(31 * 60_000);
    await notifyEvents(world, ...then);
    const [posted] = questions(world);
    expect(describePosted(posted)).toMatchObject({ icon, pressable: false });
    expect(describePosted(posted).blocks).toContain(words);
    expect(await pendingOf(world)).toBeUndefined();
    const edits = posted?.editCount;
    await notifyEvents(world, { type: 'run.resumed', actor: grace }, ask(world));
    expect(posted?.editCount).toBe(edits);
    expect(questions(world).map((one) => describePosted(one).pressable)).toEqual([false, true]);
  });

  test('shows that it was superseded; only the latest has buttons', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, ask(world));
    await notifyEvents(world, ask(world, 'd2'));
    expect(questions(world).map(describePosted)).toMatchObject([
      { icon: '↪️', pressable: false },
      { icon: '✋', pressable: true },
    ]);
    expect(await pendingOf(world)).toHaveLength(1);
  });

  test('is posted without buttons if it was decided before the post', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, ask(world), given, end('succeeded'));
    const [posted] = questions(world);
    expect(describePosted(posted).pressable).toBe(false);
    expect(await pendingOf(world)).toBeUndefined();
  });
});

describe('the result is shown in the end even when Slack', () => {
  const faults: readonly [string, readonly ChatFault[]][] = [
    ['asks to wait with an edit', [{ method: 'updateMessage', kind: 'rate-limited', retryAfterMs: 7_000, times: 3 }]],
    ['loses edits', [{ method: 'updateMessage', kind: 'unknown-outcome', times: 5 }]],
    [
      'makes edits and loses its answers',
      [{ method: 'updateMessage', kind: 'unknown-outcome', losesResponse: true, times: 5 }],
    ],
    ['loses its token for a while', [{ method: 'updateMessage', kind: 'auth', times: 3 }]],
    ['won’t have its blocks', [{ method: 'updateMessage', kind: 'invalid-content', reason: 'invalid_blocks' }]],
  ];

  test.each(faults)('%s', async (_, list) => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, ask(world));
    for (const fault of list) world.chat.planFault(fault);
    const [posted] = questions(world);
    await notifyEvents(world, given, end('succeeded'));
    expect(posted?.message.text.split(' ')[0]).toBe('✅');
    expect(describePosted(posted).pressable).toBe(false);
    expect(await pendingOf(world)).toBeUndefined();
    expect(world.chat.listReplyTexts(getSummaryMessage(world)).at(-1)).toBe('✅ demo: ready');
  });

  test.each(['message-not-found', 'channel-unavailable'] as const)(
    'a message that can’t be edited (%s) holds up nothing',
    async (kind) => {
      const world = await createNotifierEnvironment();
      await notifyEvents(world, ask(world));
      const [posted] = questions(world);
      if (kind === 'message-not-found') world.chat.deleteMessage(posted as PostedMessage);
      else world.chat.planFault({ method: 'updateMessage', kind, reason: 'is_archived' });
      await notifyEvents(world, refused);
      expect(await pendingOf(world)).toBeUndefined();
      expect(world.chat.listReplyTexts(getSummaryMessage(world)).at(-1)).toBe('👎 <@U2> rejected the run');
    },
  );
});

describe('after a crash', () => {
  test('between post and record, finds the posted request, does not post it twice and updates it later', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, stepStarted('network/a'));
    world.chat.planFault({ method: 'postMessage', kind: 'unknown-outcome', hangsAfterCall: true });
    await world.appendEvents(ask(world));
    world.notifier.wake(world.run);
    while (questions(world).length === 0) await new Promise(setImmediate);
    const next = world.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    await world.appendEvents(refused, end('cancelled'));
    next.wake(world.run);
    await next.waitUntilIdle();
    expect(questions(world).map(describePosted)).toMatchObject([{ icon: '👎', pressable: false }]);
  });

  test('between decision and update, the next process updates the message', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, ask(world), refused, end('cancelled'));
    const thread = await world.store.read('slackThread', world.run);
    const [posted] = questions(world);
    if (!thread || !posted) throw new Error('nothing was told');
    const { ts } = posted;
    const left = { ...thread.value, approvalMessages: [{ seq: 2, channel, ts, renderedState: 'open' }] };
    await world.store.write('slackThread', world.run, left, thread.version);
    const record = await world.store.read('run', world.run);
    if (record) await world.store.write('run', world.run, { ...record.value, open: false }, record.version);
    const edits = posted.editCount;
    const next = world.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    expect(posted.editCount).toBe(edits + 1);
    expect(await pendingOf(world)).toBeUndefined();
  });
});
