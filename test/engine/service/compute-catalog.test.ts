import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import { createComputeClient } from '../../../src/engine/gcp/compute/create-compute-client.ts';
import { createComputeCatalog } from '../../../src/engine/service/compute-catalog.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { FakeCompute } from '../../fakes/compute.ts';

const zone = 'us-west1-c';
const denied = {
  when: 'before',
  error: () => new KthwError('cloud-denied', { doing: 'listing the regions' }),
} as const;

function offered() {
  const clock = new FakeClock();
  const compute = new FakeCompute(clock);
  const logged: string[] = [];
  const offers = createComputeCatalog({ compute, now: clock.now, log: (_, message) => void logged.push(message) });
  return { clock, cloud: compute, logged, offers };
}

test('marks undersized machine types by the rules of the preflight', async () => {
  const { machineTypes = [], regions = [], problem } = await offered().offers.loadChoices(zone);
  expect(problem).toBeUndefined();
  expect(regions.map(({ name }) => name)).toContain('us-west1');
  const small = machineTypes.filter(({ shortfall }) => shortfall.length > 0).map(({ name }) => name);
  expect(small).toEqual(expect.arrayContaining(['f1-micro', 'g1-small', 'e2-micro']));
  expect(small).not.toContain('e2-standard-2');
});

test('caches options for ten minutes', async () => {
  const { clock, cloud, offers } = offered();
  expect(offers.getCachedChoices(zone)).toEqual({});
  const first = await offers.loadChoices(zone);
  expect(offers.getCachedChoices(zone)).toEqual(first);
  expect(offers.getCachedChoices('us-west1-a')).toEqual({ regions: first.regions });
  await offers.loadChoices(zone);
  expect(cloud.faults.countCalls(/^(regions|machineTypes)/)).toBe(2);
  clock.advance(10 * 60_000 + 1);
  expect(offers.getCachedChoices(zone)).toEqual({});
});

test('reports a partial failure and does not cache it', async () => {
  const { cloud, logged, offers } = offered();
  cloud.faults.plan({ call: /^regions/, ...denied });
  const offer = await offers.loadChoices(zone);
  expect(offer.problem).toBe('listing the regions: permission denied');
  expect(offer.regions).toBeUndefined();
  expect(offer.machineTypes?.length).toBeGreaterThan(0);
  expect(logged).toHaveLength(1);
  expect((await offers.loadChoices(zone)).problem).toBeUndefined();
});

let silent: Server;
beforeAll(async () => {
  silent = createServer(() => {});
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
});
afterAll(() => {
  silent.closeAllConnections();
  silent.close();
});

test('gives up after a timeout', async () => {
  const { port } = silent.address() as AddressInfo;
  const compute = createComputeClient({ project: 'p', endpoint: `http://127.0.0.1:${port}` });
  const offers = createComputeCatalog({ compute, now: () => new Date(), log: () => {}, timeoutMs: 1_000 });
  expect(await offers.loadChoices(zone)).toEqual({ problem: 'no answer within 1 s' });
});
