import { afterEach, describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/store/events.ts';
import type { PostedMessage } from '../../fakes/chat.ts';
import {
  closeNotifierEnvironments,
  createNotifierEnvironment,
  type NotifierEnvironment,
  notifyEvents,
} from '../../fixtures/notifier-environment.ts';
import { buildStepError, stepFailed, stepFinished, stepStarted } from '../../fixtures/run.ts';

afterEach(closeNotifierEnvironments);

const actor = { team: 'T1', user: 'U2' };
const failed: EngineEvent = { type: 'run.finished', outcome: 'failed' };
const resumed: EngineEvent = { type: 'run.resumed', actor };
const superseded: EngineEvent = { type: 'run.superseded', by: 'r2', operation: 'rebuild' };
const diagnosed: EngineEvent = {
  type: 'step.diagnosed',
  step: 'network/a',
  findings: ['f1-micro is too small'],
  resizeTo: 'e2-standard-2',
};

function findReplies({ chat }: NotifierEnvironment, text: string): PostedMessage[] {
  return chat.postedMessages.filter((posted) => posted.thread && posted.message.text.includes(text));
}

function hasButton(posted: PostedMessage | undefined, id: string): boolean {
  return JSON.stringify(posted?.message.blocks).includes(`"${id}"`);
}

/** A run that created one resource and then failed. */
const failedRun = [
  stepStarted('network/a'),
  stepFinished('network/a'),
  diagnosed,
  stepStarted('network/b'),
  stepFailed('network/b', buildStepError()),
  failed,
];

describe('the Resume button of a run result', () => {
  test.each([
    ['is resumed', resumed],
    ['is superseded', superseded],
  ])('is removed when the run %s, and the cause remains', async (_, event) => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, ...failedRun);
    const [result] = findReplies(environment, 'create failed');
    expect(hasButton(result, 'resume.run')).toBe(true);
    const cause = /Cause:.*?"/.exec(JSON.stringify(result?.message.blocks))?.[0];
    await notifyEvents(environment, event);
    expect(hasButton(result, 'resume.run')).toBe(false);
    expect(cause).toBeDefined();
    expect(JSON.stringify(result?.message.blocks)).toContain(cause);
  });

  test('is in the last result only', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, ...failedRun);
    await notifyEvents(
      environment,
      resumed,
      stepStarted('network/b'),
      stepFailed('network/b', buildStepError()),
      failed,
    );
    expect(findReplies(environment, 'create failed').map((posted) => hasButton(posted, 'resume.run'))).toEqual([
      false,
      true,
    ]);
  });

  test('is removed by the next process', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, ...failedRun);
    await environment.store.append(environment.run, [superseded]);
    const next = environment.createNotifier();
    await next.start();
    await next.waitUntilIdle();
    expect(findReplies(environment, 'create failed').map((posted) => hasButton(posted, 'resume.run'))).toEqual([false]);
    await next.close();
  });
});

test('the Resize button of a diagnosis is removed when a newer run has changed the cluster', async () => {
  const environment = await createNotifierEnvironment();
  await notifyEvents(environment, ...failedRun);
  const [card] = findReplies(environment, 'too small');
  expect(hasButton(card, 'resize.confirm')).toBe(true);
  await notifyEvents(environment, superseded);
  expect(hasButton(card, 'resize.confirm')).toBe(false);
});
