import { expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/errors.ts';
import { by, countsOf, create, endsOf, gate, openRig, runOf } from './rig.ts';

const wholeTutorial = ['first/one', 'first/two', 'second/one'];

test('a run that waits for a person has no task and no lease, and is asked for once; a button sends it on', async () => {
  const { tasks, instance, made } = await openRig();
  const one = await instance({ destroying: ['second/one'] });
  const run = await create(one);
  await tasks.until(() => tasks.deliveries.length > 0);
  await tasks.settled();
  expect(tasks.deliveries.map(({ answer }) => answer)).toEqual(['parked']);
  const lease = await one.store.takeLease(run, 'anybody', 1_000);
  expect(lease).toBeDefined();
  if (lease) await one.store.releaseLease(lease);

  // A process that starts looks at it, and an old task may come once more: neither asks again.
  await one.dispatcher.start();
  tasks.deliverAgain(tasks.deliveries[0]?.name ?? '');
  await tasks.until(() => tasks.deliveries.length === 3);
  expect(tasks.deliveries.map(({ answer }) => answer)).toEqual(['parked', 'parked', 'parked']);
  expect(await countsOf(one, run)).toMatchObject({ 'approval.asked': 1, 'run.taken': 1 });

  const asked = (await one.store.events(run)).at(-1)?.event;
  if (asked?.type !== 'approval.asked') throw new Error('it did not ask');
  await one.desk.decide(run, asked.digest, by, true);
  await tasks.until(() => tasks.deliveries.some(({ answer }) => answer === 'over'));
  await tasks.settled();
  expect(await endsOf(one, run)).toEqual(['succeeded']);
  expect(made()).toEqual(wholeTutorial);
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
  await one.desk.cancel('demo', by);
  await tasks.until(() => tasks.deliveries.some(({ answer }) => answer === 'busy'));
  await tasks.until(() => tasks.calls.some(({ task }) => task.name.includes('-again-1')));
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
  expect(runOf(await one.desk.resume('demo', by))).toBe(run);
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
  const deletion = runOf(await one.desk.delete('demo', by, 'C1'));
  await tasks.until(() => tasks.deliveries.filter(({ answer }) => answer === 'later').length > 1);
  goOn.open();
  await tasks.settled();
  expect(await endsOf(one, creation)).toEqual(['cancelled']);
  expect(await endsOf(one, deletion)).toEqual(['succeeded']);
});
