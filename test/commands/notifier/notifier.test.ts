import { afterEach, describe, expect, test } from 'vitest';
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
import { buildCreateEvents, channel, markClusterReady, stepFinished, stepStarted } from '../../fixtures/run.ts';

afterEach(closeNotifierEnvironments);

describe('a successful run', () => {
  test('is one message, updated to the end, with phases in order in its thread', async () => {
    const world = await createNotifierEnvironment();
    await markClusterReady(world);
    for (const event of buildCreateEvents()) {
      await world.appendEvents(event);
      world.notifier.wake(world.run);
      await world.notifier.waitUntilIdle();
    }
    expect(getSummaryMessage(world).editCount).toBeGreaterThan(5);
    expect(getSummaryMessage(world).message.text).toBe('✅ demo: ready, 2 of 2 phases');
    expect(world.chat.listReplyTexts(getSummaryMessage(world))).toEqual(expectedReplies);
    expect(getSummaryMessage(world).metadata).toEqual({ run: world.run, seq: 0 });
  });

  test('sends the kubeconfig once, to the requester only', async () => {
    const world = await createNotifierEnvironment();
    await notifyWholeRun(world);
    expect(world.chat.uploadedFiles.map(({ channel, name, content }) => [channel, name, content.reveal()])).toEqual([
      ['D-U1', 'demo.kubeconfig', 'kind: Config # the secret'],
    ]);
    world.notifier.wake(world.run);
    await world.notifier.waitUntilIdle();
    await world.createNotifier().start();
    expect(world.chat.uploadedFiles).toHaveLength(1);
    expect(
      JSON.stringify([world.chat.postedMessages, world.logged, await world.store.list('slackThread')]),
    ).not.toContain('the secret');
  });

  test('posts the result only after the summary shows it', async () => {
    const world = await createNotifierEnvironment();
    await markClusterReady(world);
    world.chat.planFault({ method: 'updateMessage', kind: 'unknown-outcome', times: 4 });
    runDuringFirstPost(world, () => world.appendEvents(...buildCreateEvents()));
    world.notifier.wake(world.run);
    await world.notifier.waitUntilIdle();
    const [last, before] = world.chat.calls
      .filter(({ method }) => method === 'postMessage' || method === 'updateMessage')
      .toReversed();
    expect([before?.method, last?.method]).toEqual(['updateMessage', 'postMessage']);
    expect(getSummaryMessage(world).message.text).toBe('✅ demo: ready, 2 of 2 phases');
  });

  test('posts nothing more once the thread is current, in this process or the next', async () => {
    const world = await createNotifierEnvironment();
    await notifyWholeRun(world);
    const calls = world.chat.calls.length;
    const next = world.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    expect(world.chat.calls).toHaveLength(calls);
  });

  test('sends the kubeconfig only when the cluster record is ready', async () => {
    const world = await createNotifierEnvironment();
    await world.appendEvents(...buildCreateEvents());
    world.notifier.wake(world.run);
    await new Promise(setImmediate);
    await markClusterReady(world);
    await world.notifier.waitUntilIdle();
    expect(world.chat.uploadedFiles).toHaveLength(1);
    expect(world.chat.listReplyTexts(getSummaryMessage(world))).toEqual(expectedReplies);
  });

  test('updates at most every 1.2 s and posts at most once a second per channel', async () => {
    const world = await createNotifierEnvironment();
    await markClusterReady(world);
    for (const event of buildCreateEvents()) {
      await world.appendEvents(event);
      world.notifier.wake(world.run);
      world.clock.advance(50);
    }
    await world.notifier.waitUntilIdle();
    expect(shortestGap(world, 'postMessage')).toBeGreaterThanOrEqual(1_000);
    expect(world.chat.calls.filter(({ method }) => method === 'updateMessage').length).toBeLessThan(
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
    const world = await createNotifierEnvironment();
    for (const fault of list) world.chat.planFault(fault);
    await notifyWholeRun(world);
    expect(getSummaryMessage(world).message.text).toBe('✅ demo: ready, 2 of 2 phases');
    expect(world.chat.listReplyTexts(getSummaryMessage(world))).toEqual(expectedReplies);
    expect(world.chat.uploadedFiles).toHaveLength(1);
  });

  test('keeps updating while replies are rate limited', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, stepStarted('network/a'));
    world.chat.planFault({ method: 'postMessage', kind: 'rate-limited', retryAfterMs: 60_000 });
    await world.appendEvents(stepFinished('network/a'), stepFinished('network/b'));
    world.notifier.wake(world.run);
    const before = world.chat.calls.length;
    const start = +world.clock.now();
    await world.notifier.waitUntilIdle();
    const edit = world.chat.calls.slice(before).find(({ method }) => method === 'updateMessage');
    expect(edit && edit.at - start).toBeLessThan(10_000);
    expect(world.chat.listReplyTexts(getSummaryMessage(world))).toEqual(['✅ Network: done']);
  });

  test('posts the result when the kubeconfig can’t be issued', async () => {
    const world = await createNotifierEnvironment();
    world.clusterService.issueKubeconfig = () => Promise.reject(new Error('the authority is lost'));
    await notifyWholeRun(world);
    expect(world.chat.listReplyTexts(getSummaryMessage(world))).toEqual(expectedReplies);
    expect(JSON.stringify(world.chat.postedMessages.at(-1)?.message.blocks)).toContain(
      'send your kubeconfig (the kubeconfig could not be issued)',
    );
  });

  test('reports a kubeconfig that can’t be sent, with the next step', async () => {
    const world = await createNotifierEnvironment();
    world.chat.planFault({ method: 'uploadFile', kind: 'auth', reason: 'missing_scope', times: 100 });
    await notifyWholeRun(world);
    expect(world.chat.listReplyTexts(getSummaryMessage(world))).toEqual(expectedReplies);
    expect(JSON.stringify(world.chat.postedMessages.at(-1)?.message.blocks)).toMatch(
      /send your kubeconfig .*\/kthw kubeconfig demo/,
    );
  });
});
