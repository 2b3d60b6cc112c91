import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InMemoryMachineBackend } from '../../../../local/compute/in-memory-machine-backend.ts';
import {
  type ComputeEmulator as LocalCloud,
  startComputeEmulator,
} from '../../../../local/compute/start-compute-emulator.ts';
import type { ComputeClient } from '../../../../src/engine/gcp/compute/compute-client.ts';
import { createComputeClient } from '../../../../src/engine/gcp/compute/create-compute-client.ts';
import { network } from '../../../../src/engine/phases/network.ts';
import { listOrphanedResources } from '../../../../src/engine/steps/orphaned-resources.ts';
import type { StepContext } from '../../../../src/engine/steps/step-context.ts';
import { buildCluster } from '../../../fixtures/cluster.ts';

const cluster = buildCluster({ name: 'demo', region: 'us-west1', zone: 'us-west1-c', controllers: 1, workers: 0 });
const { region, zone } = cluster;
const { signal } = new AbortController();
const description = 'kthw cluster demo';
const labels = { 'kthw-cluster': 'demo' };
let local: LocalCloud;
let cloud: ComputeClient;
let c: StepContext;

function call() {
  return { requestId: randomUUID(), signal };
}

beforeAll(async () => {
  local = await startComputeEmulator({ machines: new InMemoryMachineBackend(), operationDelayMs: 10 });
  cloud = createComputeClient({ project: 'kthw-test', endpoint: local.url, token: local.token });
  c = { compute: cloud, cluster, ...call() } as unknown as StepContext;
  await cloud.networks.insert({ name: 'demo', description }, call());
  await cloud.subnetworks.insert(
    { name: 'demo-subnet', region, description, network: 'demo', range: '10.240.0.0/24' },
    call(),
  );
  await cloud.addresses.insert({ name: 'demo', region, description, labels }, call());
  await cloud.firewalls.insert(
    {
      name: 'by-hand',
      description: '',
      network: 'demo',
      sourceRanges: ['0.0.0.0/0'],
      allow: ['tcp:80'],
      disabled: false,
    },
    call(),
  );
  const route = {
    name: 'by-hand',
    description: '',
    network: 'demo',
    destination: '10.9.0.0/24',
    nextHop: '10.240.0.9',
  };
  await cloud.routes.insert(route, call());
  await cloud.healthChecks.insert(
    {
      name: 'other',
      description: 'of the web shop',
      host: 'a',
      path: '/',
      port: 80,
      checkIntervalSec: 2,
      timeoutSec: 2,
      healthyThreshold: 1,
    },
    call(),
  );
});
afterAll(() => local.close());

test('lists every kind with its owner', async () => {
  const where = { region, zone };
  expect(await cloud.networks.list(where, signal)).toEqual([
    { name: 'demo', description, subnetworks: ['us-west1/demo-subnet'], peerings: [] },
  ]);
  expect(await cloud.subnetworks.list(where, signal)).toMatchObject([{ name: 'demo-subnet', network: 'demo' }]);
  expect(await cloud.addresses.list(where, signal)).toMatchObject([{ name: 'demo', description, labels }]);
  expect(await cloud.firewalls.list(where, signal)).toMatchObject([{ name: 'by-hand', network: 'demo' }]);
  expect(await cloud.healthChecks.list(where, signal)).toMatchObject([{ name: 'other' }]);
  for (const kind of ['instances', 'disks', 'targetPools', 'forwardingRules'] as const)
    expect(await cloud[kind].list(where, signal)).toEqual([]);
  // Google creates and deletes two with the network and the subnet.
  const routes = await cloud.routes.list(where, signal);
  expect(routes.map(({ automatic }) => automatic).sort()).toEqual([false, true, true]);
});

test('an unknown location is empty', async () => {
  const nowhere = { region: 'us-west99', zone: 'us-west99-a' };
  for (const kind of ['instances', 'disks', 'targetPools', 'forwardingRules', 'addresses', 'subnetworks'] as const)
    expect(await cloud[kind].list(nowhere, signal)).toEqual([]);
});

test('deletes only a cluster’s resources, in listing order', async () => {
  const left = await listOrphanedResources(c);
  expect(left.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'addresses demo',
    'subnetworks demo-subnet',
    'networks demo',
  ]);
  for (const { remove } of left.slice(0, 2)) await remove(call());
  // A foreign rule and a foreign route keep the network.
  await expect(network.steps(cluster)[0]?.removable?.remove(c)).rejects.toMatchObject({ code: 'deletion-blocked' });
  expect(await cloud.firewalls.list({ region, zone }, signal)).toHaveLength(1);
  expect(await cloud.healthChecks.list({ region, zone }, signal)).toHaveLength(1);
});
