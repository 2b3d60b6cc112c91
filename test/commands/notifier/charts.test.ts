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
} from '../../fixtures/notifier-environment.ts';
import { buildCreateEvents, markClusterReady, stepFailed, stepFinished, stepStarted } from '../../fixtures/run.ts';

afterEach(closeNotifierEnvironments);

/** A picture of a run that was told to its end. */
function shared({ chat }: NotifierEnvironment) {
  return chat.uploadedImages.map(({ channel, thread, image }) => [channel, thread, image.alt]);
}

function theOne(world: NotifierEnvironment) {
  const { channel, ts } = getSummaryMessage(world);
  return [[channel, ts, `demo after ${buildCreateEvents().length + 1} events`]];
}

describe('when a run has ended', () => {
  test('posts one timeline after the run result', async () => {
    const world = await createNotifierEnvironment();
    await notifyWholeRun(world);
    expect(shared(world)).toEqual(theOne(world));
    const calls = world.chat.calls.map(({ method }) => method);
    expect(calls.lastIndexOf('postMessage')).toBeLessThan(calls.indexOf('uploadImage'));
    expect(world.chat.uploadedImages[0]?.image.name).toBe(
      `demo-create-${world.run}-${buildCreateEvents().length + 1}.png`,
    );
  });

  test('posts a timeline after each end of a resumed run', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, stepStarted('network/a'), stepFailed('network/a'), {
      type: 'run.finished',
      outcome: 'failed',
    });
    await markClusterReady(world);
    await notifyEvents(world, { type: 'run.resumed', actor: { team: 'T1', user: 'U2' } }, ...buildCreateEvents());
    expect(shared(world).map(([, , alt]) => alt)).toEqual(['demo after 4 events', 'demo after 15 events']);
  });

  test('posts no timeline for a run without started steps', async () => {
    const world = await createNotifierEnvironment();
    await notifyEvents(world, { type: 'run.finished', outcome: 'cancelled' });
    expect(world.chat.listReplyTexts(getSummaryMessage(world))).toEqual(['⏹️ demo: create cancelled']);
    expect(shared(world)).toEqual([]);
  });

  const faults: readonly [string, ChatFault][] = [
    ['asks to wait', { method: 'uploadImage', kind: 'rate-limited', retryAfterMs: 5_000 }],
    ['answers 500', { method: 'uploadImage', kind: 'unknown-outcome', times: 2 }],
    ['takes it, and its answer is lost', { method: 'uploadImage', kind: 'unknown-outcome', losesResponse: true }],
  ];
  test.each(faults)('posts one timeline when Slack %s', async (_, fault) => {
    const world = await createNotifierEnvironment();
    world.chat.planFault(fault);
    await notifyWholeRun(world);
    expect(shared(world)).toEqual(theOne(world));
  });
});

describe('after a crash', () => {
  test.each([
    ['during the upload, finds the uploaded timeline and does not upload it again', { hangsAfterCall: true }],
    ['before the upload, uploads the timeline', { hangsBeforeCall: true }],
  ])('%s', async (_, how) => {
    const world = await createNotifierEnvironment();
    world.chat.planFault({ method: 'uploadImage', kind: 'unknown-outcome', ...how });
    await markClusterReady(world);
    await world.appendEvents(...buildCreateEvents());
    world.notifier.wake(world.run);
    while (!world.chat.calls.some(({ method }) => method === 'uploadImage')) await new Promise(setImmediate);
    const next = world.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    expect(shared(world)).toEqual(theOne(world));
    expect(world.chat.listReplyTexts(getSummaryMessage(world))).toEqual(expectedReplies);
  });

  test('between result and timeline, uploads the timeline', async () => {
    const world = await createNotifierEnvironment();
    await markClusterReady(world);
    await world.appendEvents(...buildCreateEvents());
    const crashing = world.createNotifier({ renderChart: () => new Promise(() => {}) });
    crashing.wake(world.run);
    const due = async () => (await world.store.read('slackThread', world.run))?.value.deliveryClaim ?? '';
    while (!(await due()).includes('"attempts":1')) await new Promise(setImmediate);
    const next = world.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    expect(shared(world)).toEqual(theOne(world));
  });
});

describe('a timeline that is unavailable', () => {
  test('because rendering fails leaves the thread unchanged and is logged', async () => {
    const world = await createNotifierEnvironment();
    await markClusterReady(world);
    await world.appendEvents(...buildCreateEvents());
    const notifier = world.createNotifier({
      renderChart: () => Promise.reject(new Error('no renderer for this machine')),
    });
    notifier.wake(world.run);
    await notifier.waitUntilIdle();
    expect(world.chat.listReplyTexts(getSummaryMessage(world))).toEqual(expectedReplies);
    expect(shared(world)).toEqual([]);
    expect(world.logged).toContainEqual(expect.objectContaining({ message: 'drawing the timeline of a run failed' }));
  });

  test.each(['auth', 'invalid-content', 'channel-unavailable', 'unknown-outcome'] as const)(
    'because of the Slack error “%s” delays no message',
    async (kind) => {
      const world = await createNotifierEnvironment();
      world.chat.planFault({ method: 'uploadImage', kind, times: 100 });
      await notifyWholeRun(world);
      expect(world.chat.listReplyTexts(getSummaryMessage(world))).toEqual(expectedReplies);
      expect(shared(world)).toEqual([]);
      const tries = world.chat.calls.filter(({ method }) => method === 'uploadImage').length;
      expect(tries).toBe(kind === 'unknown-outcome' ? 5 : 1);
      await notifyEvents(world, { type: 'run.resumed', actor: { team: 'T1', user: 'U2' } }, stepFinished('etcd/b'));
      expect(world.chat.listReplyTexts(getSummaryMessage(world)).at(-1)).toBe('✅ etcd: done');
      const next = world.createNotifier();
      await next.start();
      await next.waitUntilIdle();
      expect(world.chat.calls.filter(({ method }) => method === 'uploadImage').length).toBe(tries);
    },
  );
});
