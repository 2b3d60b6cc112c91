import { expect, test } from 'vitest';
import { RunEnvironment } from './run-environment.ts';

test('creates and deletes a cluster on fakes, in minutes of virtual time', async () => {
  const environment = new RunEnvironment();
  const process = environment.createProcess();
  const from = +environment.clock.now();
  const run = await environment.createCluster(process, { controllers: 3, workers: 2 });
  expect(
    await environment.getOutcome(run),
    `${await environment.describeLastEvents(run)} ${environment.logLines.join()}`,
  ).toBe('succeeded');
  expect((await process.clusterService.getStatus('demo'))?.latestRun?.problems).toEqual([]);
  expect(environment.compute.listResourceNames().filter((name) => name.startsWith('instances')).length).toBe(5);
  expect(+environment.clock.now() - from).toBeGreaterThan(30_000);
  const removed = await environment.finishRun(
    process.clusterService.deleteCluster('demo', environment.requester, 'C1'),
  );
  expect(await environment.getOutcome(removed)).toBe('succeeded');
  expect(environment.compute.listResourceNames()).toEqual([]);
  expect(environment.logLines).toEqual([]);
  await environment.close();
});
