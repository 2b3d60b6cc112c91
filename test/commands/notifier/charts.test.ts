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

function theOne(environment: NotifierEnvironment) {
  const { channel, ts } = getSummaryMessage(environment);
  return [[channel, ts, `demo after ${buildCreateEvents().length + 1} events`]];
}

describe('when a run has ended', () => {
  test('posts one timeline after the run result', async () => {
    const environment = await createNotifierEnvironment();
    await notifyWholeRun(environment);
    expect(shared(environment)).toEqual(theOne(environment));
    const calls = environment.chat.calls.map(({ method }) => method);
    expect(calls.lastIndexOf('postMessage')).toBeLessThan(calls.indexOf('uploadImage'));
    expect(environment.chat.uploadedImages[0]?.image.name).toBe(
      `demo-create-${environment.run}-${buildCreateEvents().length + 1}.png`,
    );
  });

  test('posts a timeline after each end of a resumed run', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, stepStarted('network/a'), stepFailed('network/a'), {
      type: 'run.finished',
      outcome: 'failed',
    });
    await markClusterReady(environment);
    await notifyEvents(environment, { type: 'run.resumed', actor: { team: 'T1', user: 'U2' } }, ...buildCreateEvents());
    expect(shared(environment).map(([, , alt]) => alt)).toEqual(['demo after 4 events', 'demo after 15 events']);
  });

  test('posts no timeline for a run without started steps', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, { type: 'run.finished', outcome: 'cancelled' });
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual(['⏹️ demo: create cancelled']);
    expect(shared(environment)).toEqual([]);
  });

  const faults: readonly [string, ChatFault][] = [
    ['asks to wait', { method: 'uploadImage', kind: 'rate-limited', retryAfterMs: 5_000 }],
    ['answers 500', { method: 'uploadImage', kind: 'unknown-outcome', times: 2 }],
    ['takes it, and its answer is lost', { method: 'uploadImage', kind: 'unknown-outcome', losesResponse: true }],
  ];
  test.each(faults)('posts one timeline when Slack %s', async (_, fault) => {
    const environment = await createNotifierEnvironment();
    environment.chat.planFault(fault);
    await notifyWholeRun(environment);
    expect(shared(environment)).toEqual(theOne(environment));
  });
});

describe('after a crash', () => {
  test.each([
    ['during the upload, finds the uploaded timeline and does not upload it again', { hangsAfterCall: true }],
    ['before the upload, uploads the timeline', { hangsBeforeCall: true }],
  ])('%s', async (_, how) => {
    const environment = await createNotifierEnvironment();
    environment.chat.planFault({ method: 'uploadImage', kind: 'unknown-outcome', ...how });
    await markClusterReady(environment);
    await environment.appendEvents(...buildCreateEvents());
    environment.notifier.wake(environment.run);
    while (!environment.chat.calls.some(({ method }) => method === 'uploadImage')) await new Promise(setImmediate);
    const next = environment.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    expect(shared(environment)).toEqual(theOne(environment));
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual(expectedReplies);
  });

  test('between result and timeline, uploads the timeline', async () => {
    const environment = await createNotifierEnvironment();
    await markClusterReady(environment);
    await environment.appendEvents(...buildCreateEvents());
    const crashing = environment.createNotifier({ renderChart: () => new Promise(() => {}) });
    crashing.wake(environment.run);
    const due = async () => (await environment.store.read('slackThread', environment.run))?.value.deliveryClaim ?? '';
    while (!(await due()).includes('"attempts":1')) await new Promise(setImmediate);
    const next = environment.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    expect(shared(environment)).toEqual(theOne(environment));
  });
});

describe('a timeline that is unavailable', () => {
  test('because rendering fails leaves the thread unchanged and is logged', async () => {
    const environment = await createNotifierEnvironment();
    await markClusterReady(environment);
    await environment.appendEvents(...buildCreateEvents());
    const notifier = environment.createNotifier({
      renderChart: () => Promise.reject(new Error('no renderer for this machine')),
    });
    notifier.wake(environment.run);
    await notifier.waitUntilIdle();
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual(expectedReplies);
    expect(shared(environment)).toEqual([]);
    expect(environment.logged).toContainEqual(
      expect.objectContaining({ message: 'drawing the timeline of a run failed' }),
    );
  });

  test.each(['auth', 'invalid-content', 'channel-unavailable', 'unknown-outcome'] as const)(
    'because of the Slack error “%s” delays no message',
    async (kind) => {
      const environment = await createNotifierEnvironment();
      environment.chat.planFault({ method: 'uploadImage', kind, times: 100 });
      await notifyWholeRun(environment);
      expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual(expectedReplies);
      expect(shared(environment)).toEqual([]);
      const tries = environment.chat.calls.filter(({ method }) => method === 'uploadImage').length;
      expect(tries).toBe(kind === 'unknown-outcome' ? 5 : 1);
      await notifyEvents(
        environment,
        { type: 'run.resumed', actor: { team: 'T1', user: 'U2' } },
        stepFinished('etcd/b'),
      );
      expect(environment.chat.listReplyTexts(getSummaryMessage(environment)).at(-1)).toBe('✅ etcd: done');
      const next = environment.createNotifier();
      await next.start();
      await next.waitUntilIdle();
      expect(environment.chat.calls.filter(({ method }) => method === 'uploadImage').length).toBe(tries);
    },
  );
});
