import { afterEach, describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/store/events.ts';
import type { FakeFault, PostedMessage } from '../../fakes/chat.ts';
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

function looks(posted: PostedMessage | undefined): { icon: string; pressable: boolean; blocks: string } {
  const blocks = JSON.stringify(posted?.message.blocks);
  return { icon: posted?.message.text.split(' ')[0] ?? '', pressable: blocks.includes('approval.approve'), blocks };
}

async function pendingOf(world: NotifierEnvironment) {
  return (await world.store.read('slackThread', world.run))?.value.approvalMessages;
}

describe('a question', () => {
  test('is asked in the thread, with its buttons; the summary says that it waits', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, ask(world));
    const [posted] = questions(world);
    expect(posted?.thread).toBe(getSummaryMessage(world).ts);
    expect(looks(posted)).toMatchObject({ icon: '✋', pressable: true });
    expect(looks(posted).blocks).toContain('instance demo-controller-0');
    expect(getSummaryMessage(world).message.text).toContain('awaiting approval');
    expect(await pendingOf(world)).toMatchObject([{ channel, ts: posted?.ts, renderedState: 'open' }]);
  });

  test('that was approved says who, and later what came of it', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, ask(world));
    await notifyEvents(world, given);
    const [posted] = questions(world);
    expect(looks(posted)).toMatchObject({ icon: '👍', pressable: false });
    expect(looks(posted).blocks).toContain('Approved by <@U2>');
    expect(getSummaryMessage(world).message.text).not.toContain('awaiting approval');
    await notifyEvents(world, stepStarted('network/a'), end('failed'));
    expect(looks(posted)).toMatchObject({ icon: '❌', pressable: false });
    expect(looks(posted).blocks).toMatch(/Approved by <@U2>.*Result: create failed/);
    expect(await pendingOf(world)).toBeUndefined();
    expect(world.chat.listReplyTexts(getSummaryMessage(world)).slice(1)).toEqual([
      '👍 <@U2> approved the run',
      '❌ demo: create failed',
    ]);
  });

  test('that two approved at once is told of once', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, ask(world), given, given);
    expect(
      world.chat.listReplyTexts(getSummaryMessage(world)).filter((text) => text.includes('approved the run')),
    ).toHaveLength(1);
  });

  test.each([
    ['refused', [refused, end('cancelled')], '👎', 'Rejected by <@U2>'],
    ['stopped', [stop, end('cancelled')], '⏹️', '<@U2> cancelled the run'],
    ['answered by nobody', [end('cancelled')], '⌛', 'no response before the deadline'],
  ] as const)('that was %s says so, without buttons, for good', async (_, then, icon, words) => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, ask(world));
    world.clock.advance(31 * 60_000);
    await notifyEvents(world, ...then);
    const [posted] = questions(world);
    expect(looks(posted)).toMatchObject({ icon, pressable: false });
    expect(looks(posted).blocks).toContain(words);
    expect(await pendingOf(world)).toBeUndefined();
    const edits = posted?.editCount;
    await notifyEvents(world, { type: 'run.resumed', actor: grace }, ask(world));
    expect(posted?.editCount).toBe(edits);
    expect(questions(world).map((one) => looks(one).pressable)).toEqual([false, true]);
  });

  test('that another took the place of says so; only the newest can be pressed', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, ask(world));
    await notifyEvents(world, ask(world, 'd2'));
    expect(questions(world).map(looks)).toMatchObject([
      { icon: '↪️', pressable: false },
      { icon: '✋', pressable: true },
    ]);
    expect(await pendingOf(world)).toHaveLength(1);
  });

  test('that was answered before it could be posted never had buttons', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, ask(world), given, end('succeeded'));
    const [posted] = questions(world);
    expect(looks(posted).pressable).toBe(false);
    expect(await pendingOf(world)).toBeUndefined();
  });
});

describe('whatever Slack does in between, what came of it is shown in the end', () => {
  const faults: readonly [string, readonly FakeFault[]][] = [
    ['asks to wait with an edit', [{ method: 'updateMessage', kind: 'limited', retryAfterMs: 7_000, times: 3 }]],
    ['loses edits', [{ method: 'updateMessage', kind: 'unsure', times: 5 }]],
    ['makes edits and loses its answers', [{ method: 'updateMessage', kind: 'unsure', losesResponse: true, times: 5 }]],
    ['loses its token for a while', [{ method: 'updateMessage', kind: 'account', times: 3 }]],
    ['won’t have its blocks', [{ method: 'updateMessage', kind: 'content', reason: 'invalid_blocks' }]],
  ];

  test.each(faults)('when it %s', async (_, list) => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, ask(world));
    for (const fault of list) world.chat.planFault(fault);
    const [posted] = questions(world);
    await notifyEvents(world, given, end('succeeded'));
    expect(posted?.message.text.split(' ')[0]).toBe('✅');
    expect(looks(posted).pressable).toBe(false);
    expect(await pendingOf(world)).toBeUndefined();
    expect(world.chat.listReplyTexts(getSummaryMessage(world)).at(-1)).toBe('✅ demo: ready');
  });

  test.each(['message-not-found', 'channel'] as const)(
    'a message that can’t be edited (%s) holds up nothing',
    async (kind) => {
      const world = await createNotifierEnvironment();
      await notifyEvents(world, ask(world));
      const [posted] = questions(world);
      if (kind === 'message-not-found')
        world.chat.postedMessages.splice(world.chat.postedMessages.indexOf(posted as PostedMessage), 1);
      else world.chat.planFault({ method: 'updateMessage', kind, reason: 'is_archived' });
      await notifyEvents(world, refused);
      expect(await pendingOf(world)).toBeUndefined();
      expect(world.chat.listReplyTexts(getSummaryMessage(world)).at(-1)).toBe('👎 <@U2> rejected the run');
    },
  );
});

describe('after a crash', () => {
  test('between the post of a question and its record, it is found, not asked twice, and edited later', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, stepStarted('network/a'));
    world.chat.planFault({ method: 'postMessage', kind: 'unsure', hangsAfterCall: true });
    await world.appendEvents(ask(world));
    world.notifier.wake(world.run);
    while (questions(world).length === 0) await new Promise(setImmediate);
    const next = world.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    await world.appendEvents(refused, end('cancelled'));
    next.wake(world.run);
    await next.waitUntilIdle();
    expect(questions(world).map(looks)).toMatchObject([{ icon: '👎', pressable: false }]);
  });

  test('between an answer and the edit, the next process edits it, though all else is told', async () => {
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
