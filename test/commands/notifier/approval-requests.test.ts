import { afterEach, expect, test } from 'vitest';
import { createNotifier } from '../../../src/commands/notifier/notifier.ts';
import { FakeChat } from '../../fakes/chat.ts';
import { FakeClock } from '../../fakes/clock.ts';
import type { Process } from '../../fakes/run-environment.ts';
import { RunEnvironment } from '../../fakes/run-environment.ts';
import { channel, testUser } from '../../fixtures/run.ts';
import { renderText } from '../messages/render-text.ts';
import { expectWithinLimits } from '../messages/within-limits.ts';

let environment: RunEnvironment;
afterEach(() => environment.close());

/** The questions that a run of the whole engine asked, as its thread shows them in the end. */
async function questionsOf(asks: (process: Process) => Promise<object>): Promise<string[]> {
  environment = new RunEnvironment();
  const process = environment.createProcess();
  await environment.createCluster(process, { controllers: 3, workers: 2 });
  const run = await environment.finishRun(asks(process));
  expect(await environment.getOutcome(run)).toBe('succeeded');
  const clock = new FakeClock();
  const chat = new FakeChat(clock);
  const notifier = createNotifier({
    store: environment.store,
    clusterService: process.clusterService,
    chat,
    clock,
    log: () => {},
  });
  notifier.wake(run);
  await notifier.waitUntilIdle();
  for (const { message } of chat.postedMessages) expectWithinLimits(message);
  return chat.postedMessages
    .map(({ message }) => renderText(message))
    .filter((text) => text.includes('Requested deletion of'));
}

test('a rebuild from controllers lists every instance and reports the result', async () => {
  const [question, ...more] = await questionsOf(({ clusterService }) =>
    clusterService.rebuildCluster('demo', { fromPhase: 'controllers', requester: testUser, channel }),
  );
  expect(more).toEqual([]);
  for (const name of ['controller-0', 'controller-1', 'controller-2', 'worker-0', 'worker-1']) {
    expect(question).toContain(`instance demo-${name}`);
  }
  expect(question?.split('\n')[3]).toContain('instance demo-controller-0');
  expect(question).toMatch(/Approved by <@U1>[\s\S]*Result: rebuilt/);
});

test('scaling down lists only the deleted instance', async () => {
  const [question] = await questionsOf(({ clusterService }) =>
    clusterService.scaleCluster('demo', { workers: 1, requester: testUser, channel }),
  );
  expect(question).toContain('instance demo-worker-1');
  expect(question).not.toMatch(/demo-worker-0|demo-controller/);
  expect(question).toContain('Result: scaled');
});
