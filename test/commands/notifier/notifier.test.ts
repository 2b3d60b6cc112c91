import { afterEach, describe, expect, test } from 'vitest';
import { deleteKubeconfigFiles } from '../../../src/commands/notifier/delete-kubeconfig-files.ts';
import type { ChatFault } from '../../fakes/chat.ts';
import {
  closeNotifierEnvironments,
  createNotifierEnvironment,
  expectedReplies,
  getSummaryMessage,
  type NotifierEnvironment,
  notifyEvents,
  notifyWholeRun,
  runDuringFirstPost,
} from '../../fixtures/notifier-environment.ts';
import {
  buildCreateEvents,
  channel,
  markClusterReady,
  stepFinished,
  stepStarted,
  testUser,
} from '../../fixtures/run.ts';

afterEach(closeNotifierEnvironments);

describe('a successful run', () => {
  test('is one message, updated to the end, with phases in order in its thread', async () => {
    const environment = await createNotifierEnvironment();
    await markClusterReady(environment);
    for (const event of buildCreateEvents()) {
      await environment.appendEvents(event);
      environment.notifier.wake(environment.run);
      await environment.notifier.waitUntilIdle();
    }
    expect(getSummaryMessage(environment).editCount).toBeGreaterThan(5);
    expect(getSummaryMessage(environment).message.text).toBe('✅ demo: ready, 2 of 2 phases');
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual(expectedReplies);
    expect(getSummaryMessage(environment).metadata).toEqual({ run: environment.run, seq: 0 });
  });

  test('sends the kubeconfig once, to the requester only', async () => {
    const environment = await createNotifierEnvironment();
    await notifyWholeRun(environment);
    expect(
      environment.chat.uploadedFiles.map(({ channel, name, content }) => [channel, name, content.reveal()]),
    ).toEqual([['D-U1', 'demo.kubeconfig', 'kind: Config # the secret']]);
    environment.notifier.wake(environment.run);
    await environment.notifier.waitUntilIdle();
    await environment.createNotifier().start();
    expect(environment.chat.uploadedFiles).toHaveLength(1);
    expect(
      JSON.stringify([
        environment.chat.postedMessages,
        environment.logged,
        await environment.store.list('slackThread'),
      ]),
    ).not.toContain('the secret');
  });

  test('posts the result only after the summary shows it', async () => {
    const environment = await createNotifierEnvironment();
    await markClusterReady(environment);
    environment.chat.planFault({ method: 'updateMessage', kind: 'unknown-outcome', times: 4 });
    runDuringFirstPost(environment, () => environment.appendEvents(...buildCreateEvents()));
    environment.notifier.wake(environment.run);
    await environment.notifier.waitUntilIdle();
    const [last, before] = environment.chat.calls
      .filter(({ method }) => method === 'postMessage' || method === 'updateMessage')
      .toReversed();
    expect([before?.method, last?.method]).toEqual(['updateMessage', 'postMessage']);
    expect(getSummaryMessage(environment).message.text).toBe('✅ demo: ready, 2 of 2 phases');
  });

  test('posts nothing more once the thread is current, in this process or the next', async () => {
    const environment = await createNotifierEnvironment();
    await notifyWholeRun(environment);
    const calls = environment.chat.calls.length;
    const next = environment.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    expect(environment.chat.calls).toHaveLength(calls);
  });

  test('sends the kubeconfig only when the cluster record is ready', async () => {
    const environment = await createNotifierEnvironment();
    await environment.appendEvents(...buildCreateEvents());
    environment.notifier.wake(environment.run);
    await new Promise(setImmediate);
    await markClusterReady(environment);
    await environment.notifier.waitUntilIdle();
    expect(environment.chat.uploadedFiles).toHaveLength(1);
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual(expectedReplies);
  });

  test('updates at most every 1.2 s and posts at most once a second per channel', async () => {
    const environment = await createNotifierEnvironment();
    await markClusterReady(environment);
    for (const event of buildCreateEvents()) {
      await environment.appendEvents(event);
      environment.notifier.wake(environment.run);
      environment.clock.advance(50);
    }
    await environment.notifier.waitUntilIdle();
    expect(shortestGap(environment, 'postMessage')).toBeGreaterThanOrEqual(1_000);
    expect(environment.chat.calls.filter(({ method }) => method === 'updateMessage').length).toBeLessThan(
      buildCreateEvents().length,
    );
    const busy = await createNotifierEnvironment();
    for (let i = 0; i < 40; i++) {
      await busy.appendEvents(stepStarted('network/a'));
      busy.notifier.wake(busy.run);
      await busy.clock.sleep(100);
    }
    await busy.notifier.waitUntilIdle();
    expect(shortestGap(busy, 'updateMessage')).toBeGreaterThanOrEqual(1_200);
    expect(busy.chat.calls.filter(({ method }) => method === 'updateMessage').length).toBeGreaterThan(1);
  });
});

function shortestGap({ chat }: NotifierEnvironment, method: string): number {
  const times = chat.calls.filter((call) => call.method === method && call.channel === channel).map(({ at }) => at);
  return Math.min(...times.slice(1).map((at, i) => at - (times[i] ?? 0)));
}

describe('the thread is the same in the end even when Slack', () => {
  const faults: readonly [string, readonly ChatFault[]][] = [
    ['asks to wait with the first message', [{ method: 'postMessage', kind: 'rate-limited', retryAfterMs: 30_000 }]],
    ['asks to wait with an edit', [{ method: 'updateMessage', kind: 'rate-limited', retryAfterMs: 7_000, times: 2 }]],
    ['answers 500 and did not post', [{ method: 'postMessage', kind: 'unknown-outcome', times: 3 }]],
    [
      'posts, and its answer is lost',
      [{ method: 'postMessage', kind: 'unknown-outcome', losesResponse: true, times: 3 }],
    ],
    [
      'posts unsurely and can’t be searched for a while',
      [
        { method: 'postMessage', kind: 'unknown-outcome', losesResponse: true },
        { method: 'find', kind: 'unknown-outcome', times: 2 },
        { method: 'find', kind: 'rate-limited', retryAfterMs: 5_000 },
      ],
    ],
    [
      'asks to wait, then posts and loses the answer',
      [
        { method: 'postMessage', kind: 'rate-limited', retryAfterMs: 1_000 },
        { method: 'postMessage', kind: 'unknown-outcome', losesResponse: true },
      ],
    ],
    ['loses edits', [{ method: 'updateMessage', kind: 'unknown-outcome', times: 5 }]],
    ['loses its token for a while', [{ method: 'postMessage', kind: 'auth', times: 3 }]],
    ['asks to wait with the file', [{ method: 'uploadFile', kind: 'rate-limited', retryAfterMs: 3_000 }]],
    ['does not open the direct conversation at first', [{ method: 'openDm', kind: 'unknown-outcome', times: 3 }]],
    [
      'is away for the whole run',
      [
        ...(['postMessage', 'updateMessage', 'find', 'openDm'] as const).map((method) => ({
          method,
          kind: 'unknown-outcome' as const,
          times: 7,
        })),
      ],
    ],
  ];

  test.each(faults)('%s', async (_, list) => {
    const environment = await createNotifierEnvironment();
    for (const fault of list) environment.chat.planFault(fault);
    await notifyWholeRun(environment);
    expect(getSummaryMessage(environment).message.text).toBe('✅ demo: ready, 2 of 2 phases');
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual(expectedReplies);
    expect(environment.chat.uploadedFiles).toHaveLength(1);
  });

  test('keeps updating while replies are rate limited', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, stepStarted('network/a'));
    environment.chat.planFault({ method: 'postMessage', kind: 'rate-limited', retryAfterMs: 60_000 });
    await environment.appendEvents(stepFinished('network/a'), stepFinished('network/b'));
    environment.notifier.wake(environment.run);
    const before = environment.chat.calls.length;
    const start = +environment.clock.now();
    await environment.notifier.waitUntilIdle();
    const edit = environment.chat.calls.slice(before).find(({ method }) => method === 'updateMessage');
    expect(edit && edit.at - start).toBeLessThan(10_000);
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual(['✅ Network: done']);
  });

  test('posts the result when the kubeconfig can’t be issued', async () => {
    const environment = await createNotifierEnvironment();
    environment.clusterService.issueKubeconfig = () => Promise.reject(new Error('the authority is lost'));
    await notifyWholeRun(environment);
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual(expectedReplies);
    expect(JSON.stringify(environment.chat.postedMessages.at(-1)?.message.blocks)).toContain(
      'send your kubeconfig (the kubeconfig could not be issued)',
    );
  });

  test('deletes every file of a kubeconfig whose upload was repeated', async () => {
    const environment = await createNotifierEnvironment();
    const { store, clusterService, chat, clock } = environment;
    chat.planFault({ method: 'uploadFile', kind: 'unknown-outcome', losesResponse: true });
    await notifyWholeRun(environment);
    expect(await store.list('kubeconfigGrant')).toHaveLength(1);
    expect(chat.sharedFileIds.size).toBe(2);
    await clusterService.revokeKubeconfigs('demo', { grantee: testUser, requester: testUser });
    await deleteKubeconfigFiles({ store, clusterService, chat, now: clock.now, log: () => {} });
    expect(chat.sharedFileIds.size).toBe(0);
  });

  test('issues another kubeconfig when the first one was revoked before it was sent', async () => {
    const environment = await createNotifierEnvironment();
    const { issueKubeconfig } = environment.clusterService;
    environment.clusterService.issueKubeconfig = async (...args) => {
      const issued = await issueKubeconfig(...args);
      environment.clusterService.issueKubeconfig = issueKubeconfig;
      await environment.clusterService.revokeKubeconfigs('demo', { grantee: testUser, requester: testUser });
      return issued;
    };
    await notifyWholeRun(environment);
    expect(await environment.store.list('kubeconfigGrant')).toHaveLength(2);
    expect(environment.chat.uploadedFiles).toHaveLength(1);
    expect(await environment.clusterService.listGrants('demo')).toHaveLength(1);
  });

  test.each(['auth', 'channel-unavailable', 'invalid-content', 'unknown-outcome'] as const)(
    'withdraws the kubeconfig when its upload fails with %s until the notifier gives up',
    async (kind) => {
      const environment = await createNotifierEnvironment();
      environment.chat.planFault({ method: 'uploadFile', kind, times: 100 });
      await notifyWholeRun(environment);
      const grants = await environment.store.list('kubeconfigGrant');
      expect(grants.map(({ value }) => value.withdrawnAt !== undefined)).toEqual([true]);
      expect(await environment.clusterService.listGrants('demo')).toEqual([]);
    },
  );

  test('reports a kubeconfig that can’t be sent, with the next step', async () => {
    const environment = await createNotifierEnvironment();
    environment.chat.planFault({ method: 'uploadFile', kind: 'auth', reason: 'missing_scope', times: 100 });
    await notifyWholeRun(environment);
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual(expectedReplies);
    expect(JSON.stringify(environment.chat.postedMessages.at(-1)?.message.blocks)).toMatch(
      /send your kubeconfig .*\/kthw kubeconfig demo/,
    );
  });
});
