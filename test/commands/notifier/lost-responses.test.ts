import { afterEach, describe, expect, test } from 'vitest';
import {
  closeNotifierEnvironments,
  createNotifierEnvironment,
  expectedReplies,
  getSummaryMessage,
  notifyEvents,
  notifyWholeRun,
} from '../../fixtures/notifier-environment.ts';
import {
  buildCreateEvents,
  channel,
  markClusterReady,
  stepFailed,
  stepFinished,
  stepStarted,
} from '../../fixtures/run.ts';

afterEach(closeNotifierEnvironments);

describe('a channel without write access', () => {
  test.each(['channel_not_found', 'not_in_channel', 'is_archived'])(
    '%s: posts to the requester’s DM and shows the reason',
    async (reason) => {
      const world = await createNotifierEnvironment();
      world.chat.planFault({ method: 'postMessage', channel, kind: 'channel-unavailable', reason, times: 100 });
      await notifyWholeRun(world);
      expect(world.chat.listRootMessages(channel)).toEqual([]);
      expect(world.chat.listReplyTexts(getSummaryMessage(world, 'D-U1'))).toEqual(expectedReplies);
      expect(JSON.stringify(getSummaryMessage(world, 'D-U1').message.blocks)).toContain('Posted here instead of <#C1>');
    },
  );

  test('archived during the run: posts the rest to the requester’s DM, nothing twice', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, stepFinished('network/a'), stepFinished('network/b'));
    for (const method of ['postMessage', 'updateMessage'] as const) {
      world.chat.planFault({ method, channel, kind: 'channel-unavailable', reason: 'is_archived', times: 100 });
    }
    await notifyEvents(world, stepStarted('etcd/a'), stepFailed('etcd/a'), { type: 'run.finished', outcome: 'failed' });
    expect(world.chat.listReplyTexts(getSummaryMessage(world))).toEqual(['✅ Network: done']);
    expect(world.chat.listReplyTexts(getSummaryMessage(world, 'D-U1'))).toEqual([
      '❌ etcd a: network: a quota of the project is used up',
      '❌ demo: create failed',
    ]);
  });

  test('gives up and logs it when the DM is closed too', async () => {
    const world = await createNotifierEnvironment();
    world.chat.planFault({ method: 'postMessage', kind: 'channel-unavailable', reason: 'not_in_channel', times: 100 });
    await notifyEvents(world, ...buildCreateEvents());
    expect(world.chat.postedMessages).toEqual([]);
    expect(world.logged).toContainEqual(
      expect.objectContaining({ message: 'no channel for this run; skipping its messages' }),
    );
  });
});

describe('after a crash between a post and its record', () => {
  test.each([
    ['the first message', 0],
    ['a reply', 1],
  ])('finds %s and does not post it again', async (_, before) => {
    const world = await createNotifierEnvironment();
    if (before > 0) await notifyEvents(world, stepStarted('network/a'));
    world.chat.planFault({ method: 'postMessage', kind: 'unknown-outcome', hangsAfterCall: true });
    await markClusterReady(world);
    await world.appendEvents(...buildCreateEvents());
    world.notifier.wake(world.run);
    while (world.chat.postedMessages.length <= before) await new Promise(setImmediate);
    const next = world.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    expect(world.chat.listReplyTexts(getSummaryMessage(world))).toEqual(expectedReplies);
    expect(world.chat.uploadedFiles).toHaveLength(1);
  });

  test('posts the result and does not send the kubeconfig again when only the result was lost', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, ...buildCreateEvents().slice(0, -1));
    await markClusterReady(world);
    world.chat.planFault({ method: 'postMessage', kind: 'unknown-outcome', hangsBeforeCall: true });
    await world.appendEvents({ type: 'run.finished', outcome: 'succeeded' });
    world.notifier.wake(world.run);
    while (!world.chat.calls.some(({ method }) => method === 'uploadFile')) await new Promise(setImmediate);
    const posts = world.chat.calls.length;
    while (world.chat.calls.length === posts) await new Promise(setImmediate);
    const next = world.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    expect(world.chat.listReplyTexts(getSummaryMessage(world))).toEqual(expectedReplies);
    expect(world.chat.uploadedFiles).toHaveLength(1);
  });

  test('posts a message that was never sent', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, stepStarted('network/a'));
    const found = await world.store.read('slackThread', world.run);
    if (!found) throw new Error('no thread');
    const now = world.clock.now().toISOString();
    const inFlight = {
      kind: 'reply',
      throughSeq: 4,
      notifierId: 'a notifier that is gone',
      claimedAt: now,
      expiresAt: now,
    };
    await world.store.write(
      'slackThread',
      world.run,
      { ...found.value, deliveryClaim: JSON.stringify({ inFlight }) },
      found.version,
    );
    await notifyEvents(world, stepFinished('network/a'), stepFinished('network/b'));
    expect(world.chat.listReplyTexts(getSummaryMessage(world))).toEqual(['✅ Network: done']);
  });

  test('posts twice rather than never without permission to search', async () => {
    const world = await createNotifierEnvironment();
    world.chat.canSearch = false;
    world.chat.planFault({ method: 'postMessage', kind: 'unknown-outcome', hangsAfterCall: true });
    world.notifier.wake(world.run);
    while (world.chat.postedMessages.length === 0) await new Promise(setImmediate);
    const next = world.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    expect(world.chat.listRootMessages(channel)).toHaveLength(2);
  });

  test('another notifier waits while a post may be in flight', async () => {
    const world = await createNotifierEnvironment();
    let release = () => {};
    const post = world.chat.postMessage.bind(world.chat);
    world.chat.postMessage = async (...args) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      world.chat.postMessage = post;
      return await post(...args);
    };
    world.notifier.wake(world.run);
    for (let i = 0; i < 10; i++) await new Promise(setImmediate);
    const other = world.createNotifier();
    await other.start();
    release();
    await Promise.all([other.waitUntilIdle(), world.notifier.waitUntilIdle()]);
    expect(world.chat.listRootMessages(channel)).toHaveLength(1);
  });
});
