import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { create, createGate, createTaskEnvironment, endsOf } from './test-environment.ts';

const wholeTutorial = ['first/one', 'first/two', 'second/one'];

test.each([
  ['two instances', 2],
  ['two requests of one instance', 1],
])('of %s with the same task, one executes and the other schedules a retry', async (_, count) => {
  const { tasks, instance, made } = await createTaskEnvironment();
  const [started, release] = [createGate(), createGate()];
  const making = async () => {
    started.open();
    await release.opened;
  };
  const one = await instance({ making });
  if (count === 2) await instance({ making });
  const run = await create(one);
  await started.opened;
  tasks.deliverAgain(tasks.calls[0]?.task.name ?? '');
  await tasks.until(() => tasks.deliveries.length > 0);
  expect(tasks.deliveries[0]).toMatchObject({ status: 200, answer: 'locked' });
  release.open();
  await tasks.settled();
  expect(await endsOf(one, run)).toEqual(['succeeded']);
  expect(made()).toEqual(wholeTutorial);
  expect(tasks.lost).toEqual([]);
});

test('tasks that find a run leased merge into one', async () => {
  const { tasks, instance } = await createTaskEnvironment();
  const [started, release] = [createGate(), createGate()];
  const one = await instance({
    async making() {
      started.open();
      await release.opened;
    },
  });
  await create(one);
  await started.opened;
  tasks.hold();
  for (let i = 0; i < 5; i++) tasks.deliverAgain(tasks.calls[0]?.task.name ?? '');
  await tasks.until(() => tasks.deliveries.length === 5 && tasks.held > 0);
  const again = tasks.calls.filter(({ task }) => task.name.includes('-retry-'));
  expect(again.map(({ status }) => status)).toEqual([200, 409, 409, 409, 409]);
  // Delayed, because the run would still be leased.
  expect(again[0]?.task.scheduleTime).toBeDefined();
  release.open();
  tasks.release();
  await tasks.settled();
});

test('another instance continues a run after the lease of a crashed one expires', async () => {
  const { tasks, instance, made, own } = await createTaskEnvironment();
  const crashing = spawnInstance({ ...own, leaseMs: 1_500, dieAfter: 'first/two' });
  const survivor = await instance({ leaseMs: 1_500 });
  tasks.targets = [await crashing.url];
  const run = await create(survivor);
  await crashing.ended;
  tasks.targets = [survivor.url];
  await tasks.until(() => tasks.deliveries.some(({ answer }) => answer === 'completed'));
  await tasks.settled();
  const answers = tasks.deliveries.map(({ answer, status }) => answer || status);
  expect(answers[0]).toBe(0);
  expect(answers).toContain('locked');
  expect(tasks.deliveries.filter(({ answer }) => answer === 'locked')[0]?.retries).toBeGreaterThan(0);
  expect(await endsOf(survivor, run)).toEqual(['succeeded']);
  // Resources of the crashed instance were adopted.
  expect(made()).toEqual(wholeTutorial);
});

test('a failing run is redelivered', async () => {
  const { tasks, instance, made } = await createTaskEnvironment();
  let broken = 0;
  const one = await instance({
    killPoint(step, point) {
      if (step === 'first/two' && point === 'after-call' && broken++ === 0) throw new Error('the store is gone');
    },
  });
  const run = await create(one);
  await tasks.until(() => tasks.deliveries.some(({ answer }) => answer === 'completed'));
  await tasks.settled();
  expect(broken).toBe(1);
  expect(await endsOf(one, run)).toEqual(['succeeded']);
  expect(made()).toEqual(wholeTutorial);
});

test('a process start enqueues one task for a run whose task was lost', async () => {
  const { tasks, instance } = await createTaskEnvironment();
  const one = await instance();
  tasks.failing.push('PERMISSION_DENIED');
  const run = await create(one);
  await one.dispatcher.stop();
  expect(one.logged.join()).toContain('could not enqueue a task');
  expect(tasks.calls).toEqual([]);
  const [two, three] = [await instance(), await instance()];
  tasks.targets = [two.url, three.url];
  await Promise.all([two.dispatcher.start(), three.dispatcher.start()]);
  expect(tasks.calls.map(({ status }) => status).sort()).toEqual([200, 409]);
  await tasks.settled();
  expect(await endsOf(two, run)).toEqual(['succeeded']);
  await three.dispatcher.start();
  expect(tasks.calls).toHaveLength(2);
});

test('retries an unreachable queue', async () => {
  const { tasks, instance } = await createTaskEnvironment();
  const one = await instance();
  tasks.failing.push('UNAVAILABLE', 'RESOURCE_EXHAUSTED', 'UNAVAILABLE');
  const run = await create(one);
  await tasks.until(() => tasks.deliveries.some(({ answer }) => answer === 'completed'));
  expect(tasks.failing).toEqual([]);
  expect(await endsOf(one, run)).toEqual(['succeeded']);
});

test('a slice without follow-up task fails, is redelivered and continues', async () => {
  const { tasks, instance, made } = await createTaskEnvironment();
  const started = createGate();
  const one = await instance({
    sliceMs: 300,
    async making(_, { signal }) {
      if (tasks.deliveries.length > 0) return;
      started.open();
      await sleep(600_000, undefined, { signal });
    },
  });
  const run = await create(one);
  await started.opened;
  tasks.failing.push('PERMISSION_DENIED');
  await tasks.until(() => tasks.deliveries.some(({ answer }) => answer === 'completed'));
  await tasks.settled();
  expect(tasks.deliveries[0]).toMatchObject({ status: 500, retries: 0 });
  expect(tasks.deliveries[1]).toMatchObject({ status: 200, retries: 1 });
  expect(await endsOf(one, run)).toEqual(['succeeded']);
  expect(made()).toEqual(wholeTutorial);
});

/** An instance that can crash. */
function spawnInstance(options: object) {
  const program = fileURLToPath(new URL('crashing-instance.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  return { url: once(lines, 'line').then(([line]) => String(line)), ended: once(child, 'exit') };
}
