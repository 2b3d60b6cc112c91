import { expect, test } from 'vitest';
import { World } from './run-environment.ts';

test('a cluster is created and deleted in a world of doubles, in minutes that nobody waits for', async () => {
  const world = new World();
  const process = world.process();
  const from = +world.clock.now();
  const run = await world.create(process, { controllers: 3, workers: 2 });
  expect(await world.endOf(run), `${await world.tail(run)} ${world.logged.join()}`).toBe('succeeded');
  expect((await process.desk.getStatus('demo'))?.latestRun?.problems).toEqual([]);
  expect(world.cloud.existing().filter((name) => name.startsWith('instances')).length).toBe(5);
  expect(+world.clock.now() - from).toBeGreaterThan(30_000);
  const removed = await world.finish(process.desk.deleteCluster('demo', world.by, 'C1'));
  expect(await world.endOf(removed)).toBe('succeeded');
  expect(world.cloud.existing()).toEqual([]);
  expect(world.logged).toEqual([]);
  await world.close();
});
