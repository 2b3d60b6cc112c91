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

function ask(environment: NotifierEnvironment, digest = 'd1', minutes = 30): EngineEvent {
  const expiresAt = new Date(+environment.clock.now() + minutes * 60_000).toISOString();
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

async function pendingOf(environment: NotifierEnvironment) {
  return (await environment.store.read('slackThread', environment.run))?.value.editableMessages;
}

describe('an approval request', () => {
  test('is posted in the thread with buttons, and the summary shows it', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, ask(environment));
    const [posted] = questions(environment);
    expect(posted?.thread).toBe(getSummaryMessage(environment).ts);
    expect(describePosted(posted)).toMatchObject({ icon: '✋', pressable: true });
    expect(describePosted(posted).blocks).toContain('instance demo-controller-0');
    expect(getSummaryMessage(environment).message.text).toContain('awaiting approval');
    expect(await pendingOf(environment)).toMatchObject([{ channel, ts: posted?.ts, renderedState: 'open' }]);
  });

  test('shows the approver, and later the result', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, ask(environment));
    await notifyEvents(environment, given);
    const [posted] = questions(environment);
    expect(describePosted(posted)).toMatchObject({ icon: '👍', pressable: false });
    expect(describePosted(posted).blocks).toContain('Approved by <@U2>');
    expect(getSummaryMessage(environment).message.text).not.toContain('awaiting approval');
    await notifyEvents(environment, stepStarted('network/a'), end('failed'));
    expect(describePosted(posted)).toMatchObject({ icon: '❌', pressable: false });
    expect(describePosted(posted).blocks).toMatch(/Approved by <@U2>.*Result: create failed/);
    expect((await pendingOf(environment))?.map(({ ts }) => ts)).not.toContain(posted?.ts);
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment)).slice(1)).toEqual([
      '👍 <@U2> approved the run',
      '❌ demo: create failed',
    ]);
  });

  test('reports concurrent approvals once', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, ask(environment), given, given);
    expect(
      environment.chat
        .listReplyTexts(getSummaryMessage(environment))
        .filter((text) => text.includes('approved the run')),
    ).toHaveLength(1);
  });

  test.each([
    ['refused', [refused, end('cancelled')], '👎', 'Rejected by <@U2>'],
    ['stopped', [stop, end('cancelled')], '⏹️', '<@U2> cancelled the run'],
    ['expired', [end('cancelled')], '⌛', 'no response before the deadline'],
  ] as const)('that was %s shows it without buttons and is not updated again', async (_, then, icon, words) => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, ask(environment));
    environment.clock.advance(31 * 60_000);
    await notifyEvents(environment, ...then);
    const [posted] = questions(environment);
    expect(describePosted(posted)).toMatchObject({ icon, pressable: false });
    expect(describePosted(posted).blocks).toContain(words);
    expect(await pendingOf(environment)).toBeUndefined();
    const edits = posted?.editCount;
    await notifyEvents(environment, { type: 'run.resumed', actor: grace }, ask(environment));
    expect(posted?.editCount).toBe(edits);
    expect(questions(environment).map((one) => describePosted(one).pressable)).toEqual([false, true]);
  });

  test('shows that it was superseded; only the latest has buttons', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, ask(environment));
    await notifyEvents(environment, ask(environment, 'd2'));
    expect(questions(environment).map(describePosted)).toMatchObject([
      { icon: '↪️', pressable: false },
      { icon: '✋', pressable: true },
    ]);
    expect(await pendingOf(environment)).toHaveLength(1);
  });

  test('is posted without buttons if it was decided before the post', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, ask(environment), given, end('succeeded'));
    const [posted] = questions(environment);
    expect(describePosted(posted).pressable).toBe(false);
    expect(await pendingOf(environment)).toBeUndefined();
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
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, ask(environment));
    for (const fault of list) environment.chat.planFault(fault);
    const [posted] = questions(environment);
    await notifyEvents(environment, given, end('succeeded'));
    expect(posted?.message.text.split(' ')[0]).toBe('✅');
    expect(describePosted(posted).pressable).toBe(false);
    expect(await pendingOf(environment)).toBeUndefined();
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment)).at(-1)).toBe('✅ demo: ready');
  });

  test.each(['message-not-found', 'channel-unavailable'] as const)(
    'a message that can’t be edited (%s) holds up nothing',
    async (kind) => {
      const environment = await createNotifierEnvironment();
      await notifyEvents(environment, ask(environment));
      const [posted] = questions(environment);
      if (kind === 'message-not-found') environment.chat.deleteMessage(posted as PostedMessage);
      else environment.chat.planFault({ method: 'updateMessage', kind, reason: 'is_archived' });
      await notifyEvents(environment, refused);
      expect(await pendingOf(environment)).toBeUndefined();
      expect(environment.chat.listReplyTexts(getSummaryMessage(environment)).at(-1)).toBe('👎 <@U2> rejected the run');
    },
  );
});

describe('after a crash', () => {
  test('between post and record, finds the posted request, does not post it twice and updates it later', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, stepStarted('network/a'));
    environment.chat.planFault({ method: 'postMessage', kind: 'unknown-outcome', hangsAfterCall: true });
    await environment.appendEvents(ask(environment));
    environment.notifier.wake(environment.run);
    while (questions(environment).length === 0) await new Promise(setImmediate);
    const next = environment.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    await environment.appendEvents(refused, end('cancelled'));
    next.wake(environment.run);
    await next.waitUntilIdle();
    expect(questions(environment).map(describePosted)).toMatchObject([{ icon: '👎', pressable: false }]);
  });

  test('between decision and update, the next process updates the message', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, ask(environment), refused, end('cancelled'));
    const thread = await environment.store.read('slackThread', environment.run);
    const [posted] = questions(environment);
    if (!thread || !posted) throw new Error('nothing was told');
    const { ts } = posted;
    const left = { ...thread.value, editableMessages: [{ seq: 2, channel, ts, renderedState: 'open' }] };
    await environment.store.write('slackThread', environment.run, left, thread.version);
    const record = await environment.store.read('run', environment.run);
    if (record) await environment.store.write('run', environment.run, { ...record.value, open: false }, record.version);
    const edits = posted.editCount;
    const next = environment.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    expect(posted.editCount).toBe(edits + 1);
    expect(await pendingOf(environment)).toBeUndefined();
  });
});
