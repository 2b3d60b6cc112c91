import { expect, test } from 'vitest';
import { World } from './world.ts';

test('a cluster is created and deleted in a world of doubles', async () => {
  const world = new World();
  const process = world.process();
  const t0 = performance.now();
  const run = await world.create(process);
  console.log(performance.now() - t0, +world.clock.now());
  expect(await world.endOf(run), `${await world.tail(run)} ${world.logged.join('\n')}`).toBe('succeeded');
  const status = await process.desk.status('demo');
  expect(status?.latest?.troubles).toEqual([]);
  const t1 = performance.now();
  const removed = await world.finish(process.desk.delete('demo', world.by, 'C1'));
  console.log(performance.now() - t1);
  expect(await world.endOf(removed)).toBe('succeeded');
  expect(world.cloud.existing()).toEqual([]);
  await world.close();
});
