import { afterEach, describe, expect, test } from 'vitest';
import {
  closeNotifierEnvironments,
  createNotifierEnvironment,
  expectedReplies,
  getSummaryMessage,
  notifyEvents,
  notifyWholeRun,
  runDuringFirstPost,
} from '../../fixtures/notifier-environment.ts';
import {
  buildCreateEvents,
  buildStepError,
  markClusterReady,
  stepFailed,
  stepFinished,
  stepStarted,
} from '../../fixtures/run.ts';

afterEach(closeNotifierEnvironments);

describe('replies in the thread', () => {
  test('show errors as cards, but not ordinary retries', async () => {
    const environment = await createNotifierEnvironment();
    const soon = new Date(+environment.clock.now() + 1_000);
    const differences = [{ field: 'range', desired: '10.240.0.0/24', actual: '10.0.0.0/24' }];
    const waits = Array.from({ length: 4 }, () =>
      stepFailed('network/a', { kind: 'transient', message: 'not there yet' }, soon),
    );
    await notifyEvents(
      environment,
      ...waits,
      stepFinished('network/a'),
      { type: 'step.logged', step: 'etcd/a', message: 'one' },
      { type: 'step.logged', step: 'etcd/a', message: 'two' },
      { type: 'step.conflicted', step: 'network/b', differences },
      { type: 'step.deferred', step: 'etcd/a', error: buildStepError({ kind: 'deferred', message: 'no image' }) },
      { type: 'run.finished', outcome: 'failed' },
      { type: 'run.resumed', actor: { team: 'T1', user: 'U2' } },
    );
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual([
      'etcd a: one\netcd a: two',
      '⚠️ Network b: conflict in range',
      '⏸️ etcd a: deferred, no image',
      '❌ demo: create failed',
      '▶️ <@U2> resumed the run',
    ]);
  });

  test('show a step that keeps failing once', async () => {
    const environment = await createNotifierEnvironment();
    const soon = new Date(+environment.clock.now() + 1_000);
    const waits = Array.from({ length: 9 }, () =>
      stepFailed('network/a', { kind: 'transient', message: 'not there yet' }, soon),
    );
    await notifyEvents(environment, ...waits);
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual([
      '🔁 Network a: retrying, not there yet',
    ]);
  });

  test('are posted without blocks when Slack rejects the content', async () => {
    const environment = await createNotifierEnvironment();
    environment.chat.planFault({ method: 'postMessage', kind: 'invalid-content', reason: 'invalid_blocks' });
    environment.chat.planFault({
      method: 'updateMessage',
      kind: 'invalid-content',
      reason: 'msg_too_long',
      times: 100,
    });
    await notifyWholeRun(environment);
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual(expectedReplies);
    const refused = await createNotifierEnvironment();
    await notifyEvents(refused, stepStarted('network/a'));
    refused.chat.planFault({ method: 'postMessage', kind: 'invalid-content', reason: 'invalid_blocks', times: 2 });
    await notifyWholeRun(refused);
    expect(refused.chat.listReplyTexts(getSummaryMessage(refused))).toEqual(expectedReplies.slice(1));
  });

  test('a deleted summary is posted again, and the thread continues there', async () => {
    const environment = await createNotifierEnvironment();
    await markClusterReady(environment);
    runDuringFirstPost(environment, async () => {
      for (const message of environment.chat.postedMessages) environment.chat.deleteMessage(message);
      environment.chat.planFault({ method: 'postMessage', kind: 'unknown-outcome', losesResponse: true });
      await environment.appendEvents(...buildCreateEvents());
    });
    environment.notifier.wake(environment.run);
    await environment.notifier.waitUntilIdle();
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual(expectedReplies);
  });
});
