import { expect, test } from 'vitest';
import { KthwError } from '../../../../src/engine/workflow/errors.ts';
import { by, countsOf, create, endsOf, gate, openRig, runOf } from './test-environment.ts';

const wholeTutorial = ['first/one', 'first/two', 'second/one'];

test('a run that waits for a person has no lease and no work, and is asked for once; a button sends it on', async () => {
  const { tasks, instance, made } = await openRig();
  const one = await instance({ destroying: ['second/one'] });
  const run = await create(one);
  await tasks.until(() => tasks.deliveries.length > 0);
  await tasks.settled();
  expect(tasks.deliveries.map(({ answer }) => answer)).toEqual(['parked']);
  const lease = await one.store.acquireLease(run, 'anybody', 1_000);
  expect(lease).toBeDefined();
  if (lease) await one.store.releaseLease(lease);
  const asked = (await one.store.readEvents(run)).at(-1)?.event;
  if (asked?.type !== 'approval.requested') throw new Error('it did not ask');
  const silence = tasks.calls.at(-1)?.task;
  expect(silence).toMatchObject({ name: expect.stringContaining('-approvalExpired-0'), scheduleTime: asked.expiresAt });

  // A process that starts looks at it, and an old task may come once more: neither asks again.
  await one.dispatcher.start();
  // One after the other: of two that look at the same moment, one finds the run busy.
  await tasks.until(() => tasks.deliveries.length === 2);
  tasks.deliverAgain(tasks.deliveries[0]?.name ?? '');
  await tasks.until(() => tasks.deliveries.length === 3);
  expect(tasks.deliveries.map(({ answer }) => answer)).toEqual(['parked', 'parked', 'parked']);
  expect(await countsOf(one, run)).toMatchObject({ 'approval.requested': 1, 'run.claimed': 1 });

  await one.desk.decideApproval(run, asked.digest, by, true);
  await tasks.until(() => tasks.deliveries.some(({ answer }) => answer === 'over'));
  await tasks.settled();
  expect(await endsOf(one, run)).toEqual(['succeeded']);
  expect(made()).toEqual(wholeTutorial);
  // The task for a question that was answered finds nothing to do.
  tasks.deliverAgain(silence?.name ?? '');
  await tasks.settled();
  expect(tasks.deliveries.at(-1)?.answer).toBe('over');
});

test('a question that nobody answers ends its run, without any process that waited', async () => {
  const { tasks, instance, made } = await openRig();
  const one = await instance({ destroying: ['second/one'], approvalMs: 200 });
  const run = await create(one);
  await tasks.until(() => tasks.deliveries.some(({ answer }) => answer === 'over'));
  await tasks.settled();
  expect(await endsOf(one, run)).toEqual(['cancelled']);
  expect(await countsOf(one, run)).toMatchObject({ 'approval.requested': 1 });
  expect(made()).toEqual(['first/one', 'first/two']);
});

test('a task for the end of a question that comes too early comes again', async () => {
  const { tasks, instance } = await openRig();
  const one = await instance({ destroying: ['first/one'], approvalMs: 600_000 });
  await create(one);
  await tasks.until(() => tasks.calls.length === 2);
  tasks.deliverAgain(tasks.calls[1]?.task.name ?? '');
  await tasks.until(() => tasks.calls.length === 3);
  expect(tasks.calls[2]).toMatchObject({ status: 200, task: { name: expect.stringContaining('-approvalExpired-1') } });
});

test('what is said while a slice is under way is looked at later too', async () => {
  const { tasks, instance } = await openRig();
  const [begun, goOn] = [gate(), gate()];
  const one = await instance({
    async making(key) {
      begun.open();
      if (key === 'first/one') await goOn.opened;
    },
  });
  const run = await create(one);
  await begun.opened;
  await one.desk.cancelRun('demo', by);
  await tasks.until(() => tasks.deliveries.some(({ answer }) => answer === 'busy'));
  await tasks.until(() => tasks.calls.some(({ task }) => task.name.includes('-retry-0')));
  goOn.open();
  await tasks.settled();
  expect(tasks.deliveries.at(-1)?.answer).toBe('over');
  expect(await endsOf(one, run)).toEqual(['cancelled']);
});

test('a resumed run goes on under names that its first try did not use', async () => {
  const { tasks, instance, made } = await openRig();
  let full = true;
  const one = await instance({
    async making(key) {
      if (key === 'first/two' && full) throw new KthwError('disk-full', { host: 'demo-worker-0', doing: 'writing' });
    },
  });
  const run = await create(one);
  await tasks.until(() => tasks.deliveries.length > 0);
  await tasks.settled();
  expect(await endsOf(one, run)).toEqual(['failed']);
  full = false;
  expect(runOf(await one.desk.resumeRun('demo', by))).toBe(run);
  await tasks.until(() => tasks.deliveries.length > 1);
  await tasks.settled();
  expect(await endsOf(one, run)).toEqual(['failed', 'succeeded']);
  expect(made()).toEqual(wholeTutorial);
  expect(tasks.calls.map(({ status }) => status)).toEqual([200, 200]);
});

test('a deletion waits for the creation that it takes the cluster from', async () => {
  const { tasks, instance } = await openRig();
  const [begun, goOn] = [gate(), gate()];
  const one = await instance({
    async making() {
      begun.open();
      await goOn.opened;
    },
  });
  const creation = await create(one);
  await begun.opened;
  const deletion = runOf(await one.desk.deleteCluster('demo', by, 'C1'));
  await tasks.until(() => tasks.deliveries.filter(({ answer }) => answer === 'later').length > 1);
  goOn.open();
  await tasks.settled();
  expect(await endsOf(one, creation)).toEqual(['cancelled']);
  expect(await endsOf(one, deletion)).toEqual(['succeeded']);
});
