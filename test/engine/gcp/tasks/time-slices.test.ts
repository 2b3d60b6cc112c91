import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { countsOf, create, createGate, createTaskEnvironment, endsOf } from './test-environment.ts';

const wholeTutorial = ['first/one', 'first/two', 'second/one'];

/** The apply of `key` does not complete in the first slice. */
function outlasting(key: string) {
  let slices = 0;
  return async (step: string, { signal }: { signal: AbortSignal }) => {
    if (step === key && slices++ === 0) await sleep(600_000, undefined, { signal });
  };
}

test('one task completes a short run and leaves no task', async () => {
  const { tasks, instance, made } = await createTaskEnvironment();
  const one = await instance();
  const run = await create(one);
  await tasks.until(() => tasks.deliveries.length > 0);
  await tasks.settled();
  expect(tasks.deliveries).toMatchObject([{ body: { run, cause: 'requested' }, status: 200, answer: 'completed' }]);
  expect(await endsOf(one, run)).toEqual(['succeeded']);
  expect(made()).toEqual(wholeTutorial);
  expect(tasks.calls).toMatchObject([{ task: { dispatchDeadline: '595s' } }]);
});

test('an ending slice enqueues the next one, which resumes the run', async () => {
  const { tasks, instance, made } = await createTaskEnvironment();
  const one = await instance({ sliceMs: 300, making: outlasting('first/two') });
  const run = await create(one);
  await tasks.until(() => tasks.deliveries.some(({ answer }) => answer === 'completed'));
  await tasks.settled();
  expect(tasks.deliveries.length).toBeGreaterThan(1);
  expect(tasks.deliveries.slice(0, -1).map(({ answer }) => answer)).toContain('aborted');
  expect(tasks.deliveries.slice(1).every(({ body }) => body.cause === 'timeSliceEnded')).toBe(true);
  expect(await endsOf(one, run)).toEqual(['succeeded']);
  expect(made()).toEqual(wholeTutorial);
});

test('redelivery of a finished slice has no effect', async () => {
  const { tasks, instance, made } = await createTaskEnvironment();
  const one = await instance({ sliceMs: 300, making: outlasting('first/two') });
  const run = await create(one);
  await tasks.until(() => tasks.deliveries.length > 0);
  for (const { name } of [...tasks.deliveries]) tasks.deliverAgain(name);
  await tasks.until(() => tasks.deliveries.some(({ answer }) => answer === 'completed'));
  await tasks.settled();
  const before = await countsOf(one, run);
  for (const { name } of [...tasks.deliveries]) tasks.deliverAgain(name);
  await tasks.settled();
  expect(await countsOf(one, run)).toEqual(before);
  expect(await endsOf(one, run)).toEqual(['succeeded']);
  expect(made()).toEqual(wholeTutorial);
});

test('late and reordered slices complete one run', async () => {
  const { tasks, instance, made } = await createTaskEnvironment();
  const one = await instance({ sliceMs: 300, making: outlasting('first/one') });
  tasks.hold();
  const run = await create(one);
  await one.dispatcher.start();
  one.dispatcher.wake(run);
  await tasks.until(() => tasks.held === 2);
  tasks.release((held) => [...held.toReversed(), ...held]);
  await tasks.until(() => tasks.deliveries.some(({ answer }) => answer === 'completed'));
  await tasks.settled();
  expect(await endsOf(one, run)).toEqual(['succeeded']);
  expect(made()).toEqual(wholeTutorial);
});

test('a stopping instance hands its slice over', async () => {
  const { tasks, instance, made } = await createTaskEnvironment();
  const making = createGate();
  const old = await instance({
    async making(_, { signal }) {
      making.open();
      await sleep(600_000, undefined, { signal });
    },
  });
  const run = await create(old);
  await making.opened;
  const young = await instance();
  tasks.targets = [young.url];
  await old.dispatcher.stop();
  await tasks.until(() => tasks.deliveries.length === 2);
  await tasks.settled();
  expect(tasks.deliveries.map(({ answer }) => answer)).toEqual(['aborted', 'completed']);
  expect(await endsOf(young, run)).toEqual(['succeeded']);
  expect(made()).toEqual(wholeTutorial);
});

test('a stopping instance rejects tasks for redelivery', async () => {
  const { tasks, instance } = await createTaskEnvironment();
  const old = await instance();
  tasks.hold();
  const run = await create(old);
  await old.dispatcher.stop();
  await tasks.until(() => tasks.held === 1);
  tasks.release();
  await tasks.until(() => tasks.deliveries.length > 0);
  const young = await instance();
  tasks.targets = [young.url];
  await tasks.settled();
  expect(tasks.deliveries[0]).toMatchObject({ status: 500, answer: 'stopping' });
  expect(tasks.deliveries.at(-1)).toMatchObject({ status: 200, answer: 'completed' });
  expect(await endsOf(young, run)).toEqual(['succeeded']);
});
