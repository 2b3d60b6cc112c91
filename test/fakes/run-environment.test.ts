import { expect, test } from 'vitest';
import { RunEnvironment } from './run-environment.ts';

test('a cluster is created and deleted in a world of doubles, in minutes that nobody waits for', async () => {
  const world = new RunEnvironment();
  const process = world.createProcess();
  const from = +world.clock.now();
  const run = await world.createCluster(process, { controllers: 3, workers: 2 });
  expect(await world.getOutcome(run), `${await world.describeLastEvents(run)} ${world.logLines.join()}`).toBe('succeeded');
  expect((await process.clusterService.getStatus('demo'))?.latestRun?.problems).toEqual([]);
  expect(world.compute.listResourceNames().filter((name) => name.startsWith('instances')).length).toBe(5);
  expect(+world.clock.now() - from).toBeGreaterThan(30_000);
  const removed = await world.finishRun(process.clusterService.deleteCluster('demo', world.requester, 'C1'));
  expect(await world.getOutcome(removed)).toBe('succeeded');
  expect(world.compute.listResourceNames()).toEqual([]);
  expect(world.logLines).toEqual([]);
  await world.close();
});
