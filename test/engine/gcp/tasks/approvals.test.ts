import { expect, test } from 'vitest';
import { KthwError } from '../../../../src/engine/cluster/errors.ts';
import { countsOf, create, createGate, createTaskEnvironment, endsOf, requester, runOf } from './test-environment.ts';

const wholeTutorial = ['first/one', 'first/two', 'second/one'];

test('a run that awaits approval holds no lease, requests approval once and continues after a click', async () => {
  const { tasks, instance, made } = await createTaskEnvironment();
  const one = await instance({ destroying: ['second/one'] });
  const run = await create(one);
  await tasks.until(() => tasks.deliveries.length > 0);
  await tasks.settled();
  expect(tasks.deliveries.map(({ answer }) => answer)).toEqual(['waiting']);
  const lease = await one.store.acquireLease(run, 'anybody', 1_000);
  expect(lease).toBeDefined();
  if (lease) await one.store.releaseLease(lease);
  const approvalRequest = (await one.store.readEvents(run)).at(-1)?.event;
  if (approvalRequest?.type !== 'approval.requested') throw new Error('it did not ask');
  const silence = tasks.calls.at(-1)?.task;
  expect(silence).toMatchObject({
    name: expect.stringContaining('-approvalExpired-0'),
    scheduleTime: approvalRequest.expiresAt,
  });

  // Neither a starting process nor a redelivered task requests approval again.
  await one.dispatcher.start();
  // Sequentially, because the second of two concurrent tasks finds the run busy.
  await tasks.until(() => tasks.deliveries.length === 2);
  tasks.deliverAgain(tasks.deliveries[0]?.name ?? '');
  await tasks.until(() => tasks.deliveries.length === 3);
  expect(tasks.deliveries.map(({ answer }) => answer)).toEqual(['waiting', 'waiting', 'waiting']);
  expect(await countsOf(one, run)).toMatchObject({ 'approval.requested': 1, 'run.claimed': 1 });

  await one.clusterService.decideApproval(run, approvalRequest.digest, requester, true);
  await tasks.until(() => tasks.deliveries.some(({ answer }) => answer === 'completed'));
  await tasks.settled();
  expect(await endsOf(one, run)).toEqual(['succeeded']);
  expect(made()).toEqual(wholeTutorial);
  // The expiry task of a decided request has no work.
  tasks.deliverAgain(silence?.name ?? '');
  await tasks.settled();
  expect(tasks.deliveries.at(-1)?.answer).toBe('completed');
});

test('an expired approval request ends its run without a waiting process', async () => {
  const { tasks, instance, made } = await createTaskEnvironment();
  const one = await instance({ destroying: ['second/one'], approvalMs: 200 });
  const run = await create(one);
  await tasks.until(() => tasks.deliveries.some(({ answer }) => answer === 'completed'));
  await tasks.settled();
  expect(await endsOf(one, run)).toEqual(['cancelled']);
  expect(await countsOf(one, run)).toMatchObject({ 'approval.requested': 1 });
  expect(made()).toEqual(['first/one', 'first/two']);
});

test('an expiry task that arrives early is rescheduled', async () => {
  const { tasks, instance } = await createTaskEnvironment();
  const one = await instance({ destroying: ['first/one'], approvalMs: 600_000 });
  await create(one);
  await tasks.until(() => tasks.calls.length === 2);
  tasks.deliverAgain(tasks.calls[1]?.task.name ?? '');
  await tasks.until(() => tasks.calls.length === 3);
  expect(tasks.calls[2]).toMatchObject({ status: 200, task: { name: expect.stringContaining('-approvalExpired-1') } });
});

test('user actions during a slice trigger another task', async () => {
  const { tasks, instance } = await createTaskEnvironment();
  const [started, release] = [createGate(), createGate()];
  const one = await instance({
    async making(key) {
      started.open();
      if (key === 'first/one') await release.opened;
    },
  });
  const run = await create(one);
  await started.opened;
  await one.clusterService.cancelRun('demo', requester);
  await tasks.until(() => tasks.deliveries.some(({ answer }) => answer === 'locked'));
  await tasks.until(() => tasks.calls.some(({ task }) => task.name.includes('-retry-0')));
  release.open();
  await tasks.settled();
  expect(tasks.deliveries.at(-1)?.answer).toBe('completed');
  expect(await endsOf(one, run)).toEqual(['cancelled']);
});

test('a resumed run uses new task names', async () => {
  const { tasks, instance, made } = await createTaskEnvironment();
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
  expect(runOf(await one.clusterService.resumeRun('demo', requester))).toBe(run);
  await tasks.until(() => tasks.deliveries.length > 1);
  await tasks.settled();
  expect(await endsOf(one, run)).toEqual(['failed', 'succeeded']);
  expect(made()).toEqual(wholeTutorial);
  expect(tasks.calls.map(({ status }) => status)).toEqual([200, 200]);
});

test('a delete waits for the create that it preempts', async () => {
  const { tasks, instance } = await createTaskEnvironment();
  const [started, release] = [createGate(), createGate()];
  const one = await instance({
    async making() {
      started.open();
      await release.opened;
    },
  });
  const creation = await create(one);
  await started.opened;
  const deletion = runOf(await one.clusterService.deleteCluster('demo', requester, 'C1', { stops: creation }));
  await tasks.until(() => tasks.deliveries.filter(({ answer }) => answer === 'blocked').length > 1);
  release.open();
  await tasks.settled();
  expect(await endsOf(one, creation)).toEqual(['cancelled']);
  expect(await endsOf(one, deletion)).toEqual(['succeeded']);
});
