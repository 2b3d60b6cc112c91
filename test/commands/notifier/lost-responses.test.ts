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
      const environment = await createNotifierEnvironment();
      environment.chat.planFault({ method: 'postMessage', channel, kind: 'channel-unavailable', reason, times: 100 });
      await notifyWholeRun(environment);
      expect(environment.chat.listRootMessages(channel)).toEqual([]);
      expect(environment.chat.listReplyTexts(getSummaryMessage(environment, 'D-U1'))).toEqual(expectedReplies);
      expect(JSON.stringify(getSummaryMessage(environment, 'D-U1').message.blocks)).toContain(
        'Posted here instead of <#C1>',
      );
    },
  );

  test('archived during the run: posts the rest to the requester’s DM, nothing twice', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, stepFinished('network/a'), stepFinished('network/b'));
    for (const method of ['postMessage', 'updateMessage'] as const) {
      environment.chat.planFault({ method, channel, kind: 'channel-unavailable', reason: 'is_archived', times: 100 });
    }
    await notifyEvents(environment, stepStarted('etcd/a'), stepFailed('etcd/a'), {
      type: 'run.finished',
      outcome: 'failed',
    });
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual(['✅ Network: done']);
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment, 'D-U1'))).toEqual([
      '❌ etcd a: network: a quota of the project is used up',
      '❌ demo: create failed',
    ]);
  });

  test('gives up and logs it when the DM is closed too', async () => {
    const environment = await createNotifierEnvironment();
    environment.chat.planFault({
      method: 'postMessage',
      kind: 'channel-unavailable',
      reason: 'not_in_channel',
      times: 100,
    });
    await notifyEvents(environment, ...buildCreateEvents());
    expect(environment.chat.postedMessages).toEqual([]);
    expect(environment.logged).toContainEqual(
      expect.objectContaining({ message: 'no channel for this run; skipping its messages' }),
    );
  });
});

describe('after a crash between a post and its record', () => {
  test.each([
    ['the first message', 0],
    ['a reply', 1],
  ])('finds %s and does not post it again', async (_, before) => {
    const environment = await createNotifierEnvironment();
    if (before > 0) await notifyEvents(environment, stepStarted('network/a'));
    environment.chat.planFault({ method: 'postMessage', kind: 'unknown-outcome', hangsAfterCall: true });
    await markClusterReady(environment);
    await environment.appendEvents(...buildCreateEvents());
    environment.notifier.wake(environment.run);
    while (environment.chat.postedMessages.length <= before) await new Promise(setImmediate);
    const next = environment.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual(expectedReplies);
    expect(environment.chat.uploadedFiles).toHaveLength(1);
  });

  test('posts the result and does not send the kubeconfig again when only the result was lost', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, ...buildCreateEvents().slice(0, -1));
    await markClusterReady(environment);
    environment.chat.planFault({ method: 'postMessage', kind: 'unknown-outcome', hangsBeforeCall: true });
    await environment.appendEvents({ type: 'run.finished', outcome: 'succeeded' });
    environment.notifier.wake(environment.run);
    while (!environment.chat.calls.some(({ method }) => method === 'uploadFile')) await new Promise(setImmediate);
    const posts = environment.chat.calls.length;
    while (environment.chat.calls.length === posts) await new Promise(setImmediate);
    const next = environment.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual(expectedReplies);
    expect(environment.chat.uploadedFiles).toHaveLength(1);
  });

  test('has claimed the kubeconfig before it was issued and sent', async () => {
    const environment = await createNotifierEnvironment();
    await markClusterReady(environment);
    const claims: string[] = [];
    const note = async (call: string) => {
      const thread = await environment.store.read('slackThread', environment.run);
      claims.push(`${call}: ${JSON.parse(thread?.value.deliveryClaim ?? '{}').inFlight?.kind}`);
    };
    const { issueKubeconfig } = environment.clusterService;
    const uploadFile = environment.chat.uploadFile.bind(environment.chat);
    environment.chat.uploadFile = async (...args) => {
      await note('upload');
      await uploadFile(...args);
    };
    const clusterService = {
      ...environment.clusterService,
      issueKubeconfig: async (...args: Parameters<typeof issueKubeconfig>) => {
        await note('issue');
        return await issueKubeconfig(...args);
      },
    };
    const notifier = environment.createNotifier({ clusterService });
    await environment.appendEvents(...buildCreateEvents());
    notifier.wake(environment.run);
    await notifier.waitUntilIdle();
    expect(claims).toEqual(['issue: kubeconfig', 'upload: kubeconfig']);
  });

  test('posts a message that was never sent', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, stepStarted('network/a'));
    const found = await environment.store.read('slackThread', environment.run);
    if (!found) throw new Error('no thread');
    const now = environment.clock.now().toISOString();
    const inFlight = {
      kind: 'reply',
      throughSeq: 4,
      notifierId: 'a notifier that is gone',
      claimedAt: now,
      expiresAt: now,
    };
    await environment.store.write(
      'slackThread',
      environment.run,
      { ...found.value, deliveryClaim: JSON.stringify({ inFlight }) },
      found.version,
    );
    await notifyEvents(environment, stepFinished('network/a'), stepFinished('network/b'));
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual(['✅ Network: done']);
  });

  test('posts twice rather than never without permission to search', async () => {
    const environment = await createNotifierEnvironment();
    environment.chat.canSearch = false;
    environment.chat.planFault({ method: 'postMessage', kind: 'unknown-outcome', hangsAfterCall: true });
    environment.notifier.wake(environment.run);
    while (environment.chat.postedMessages.length === 0) await new Promise(setImmediate);
    const next = environment.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    expect(environment.chat.listRootMessages(channel)).toHaveLength(2);
  });

  test('another notifier waits while a post may be in flight', async () => {
    const environment = await createNotifierEnvironment();
    let release = () => {};
    const post = environment.chat.postMessage.bind(environment.chat);
    environment.chat.postMessage = async (...args) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      environment.chat.postMessage = post;
      return await post(...args);
    };
    environment.notifier.wake(environment.run);
    for (let i = 0; i < 10; i++) await new Promise(setImmediate);
    const other = environment.createNotifier();
    await other.start();
    release();
    await Promise.all([other.waitUntilIdle(), environment.notifier.waitUntilIdle()]);
    expect(environment.chat.listRootMessages(channel)).toHaveLength(1);
  });
});
