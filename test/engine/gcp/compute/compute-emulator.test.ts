import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { InMemoryMachineBackend } from '../../../../local/compute/in-memory-machine-backend.ts';
import {
  type ComputeEmulator as LocalCloud,
  startComputeEmulator,
} from '../../../../local/compute/start-compute-emulator.ts';
import type { ComputeCall } from '../../../../src/engine/gcp/compute/compute-api.ts';
import type { ComputeClient, InstanceSpec, ZonalResource } from '../../../../src/engine/gcp/compute/compute-client.ts';
import { createComputeClient } from '../../../../src/engine/gcp/compute/create-compute-client.ts';
import { toRequestBody } from '../../../../src/engine/gcp/compute/instance-client.ts';

const region = 'us-central1';
const zone = 'us-central1-a';
const labels = { 'kthw-cluster': 'demo' };
const description = 'kthw cluster demo';
const { signal } = new AbortController();
let machines: InMemoryMachineBackend;
let local: LocalCloud;
let cloud: ComputeClient;
let calls: ComputeCall[];

function call() {
  return { requestId: randomUUID(), signal };
}

function machine(name: string, address: string): InstanceSpec {
  return {
    name,
    zone,
    region,
    address,
    machineType: 'e2-standard-2',
    network: 'demo',
    subnetwork: 'demo-subnet',
    canIpForward: true,
    diskGb: 200,
    image: 'ubuntu-os-cloud/ubuntu-2404-lts-amd64',
    tags: ['demo', 'worker'],
    labels,
    metadata: { 'pod-cidr': '10.200.0.0/24', 'enable-guest-attributes': 'TRUE' },
  };
}

const network = { name: 'demo', description };
const subnet = { name: 'demo-subnet', region, network: 'demo', description: 'd', range: '10.240.0.0/24' };
const firewall = {
  name: 'demo-allow',
  description,
  network: 'demo',
  sourceRanges: ['10.200.0.0/16', '10.240.0.0/24'],
  allow: ['icmp', 'tcp:22', 'tcp:6443', 'udp'],
  disabled: false,
};
const address = { name: 'demo', region, description, labels };
const worker = machine('demo-worker-0', '10.240.0.20');
const route = { name: 'demo-pods', description, network: 'demo', destination: '10.200.0.0/24', nextHop: '10.240.0.20' };
const check = {
  name: 'demo',
  description,
  host: 'kubernetes.default.svc.cluster.local',
  path: '/readyz',
  port: 80,
  checkIntervalSec: 2,
  timeoutSec: 2,
  healthyThreshold: 1,
};
const pool = { name: 'demo', region, description, healthCheck: 'demo', instances: [`${zone}/demo-worker-0`] };

beforeAll(async () => {
  machines = new InMemoryMachineBackend();
  local = await startComputeEmulator({ machines, addressBlock: 55, operationDelayMs: 20 });
});
beforeEach(() => {
  calls = [];
  local.faults.clearFaults();
  local.faults.clearCallCounts();
  cloud = createComputeClient({
    project: 'kthw-test',
    endpoint: local.url,
    token: local.token,
    onCall: (made) => calls.push(made),
  });
});
afterAll(() => local.close());

describe('with the Compute Engine emulator, in the tutorial’s order', () => {
  test('creates a network once', async () => {
    expect(await cloud.networks.get(network, signal)).toBeUndefined();
    await cloud.networks.insert(network, call());
    expect(await cloud.networks.get(network, signal)).toEqual({ ...network, subnetworks: [], peerings: [] });
    await cloud.networks.insert(network, call());
    expect(calls.map(({ doing, outcome }) => [doing, outcome])).toEqual([
      ['reading network demo', 'ok'],
      ['creating network demo', 'ok'],
      ['reading network demo', 'ok'],
      // It exists already, which is verified.
      ['reading network demo', 'ok'],
      ['creating network demo', 'ok'],
    ]);
  });

  test('the peerings of a network', async () => {
    const change = async (verb: string, body: object) => {
      const url = `${local.url}/compute/v1/projects/kthw-test/global/networks/demo/${verb}`;
      const headers = { authorization: `Bearer ${local.token}` };
      await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    };
    const getPeerings = async () => (await cloud.networks.get(network, signal))?.peerings;
    await cloud.networks.insert({ ...network, name: 'shop' }, call());
    await change('addPeering', { networkPeering: { name: 'to-shop', network: 'global/networks/shop' } });
    await expect.poll(getPeerings).toEqual(['to-shop']);
    await change('removePeering', { name: 'to-shop' });
    await expect.poll(getPeerings).toEqual([]);
    await cloud.networks.delete({ name: 'shop' }, call());
  });

  test('a subnet', async () => {
    await cloud.subnetworks.insert(subnet, call());
    expect(await cloud.subnetworks.get({ name: subnet.name, region }, signal)).toEqual(subnet);
  });

  test('a firewall rule', async () => {
    await cloud.firewalls.insert(firewall, call());
    expect(await cloud.firewalls.get(firewall, signal)).toEqual(firewall);
    for (const disabled of [true, true, false]) {
      await cloud.setFirewallDisabled(firewall, disabled, call());
      expect(await cloud.firewalls.get(firewall, signal)).toEqual({ ...firewall, disabled });
    }
  });

  test('labels an address after its creation', async () => {
    await cloud.addresses.insert(address, call());
    const found = await cloud.addresses.get(address, signal);
    expect(found).toEqual({ ...address, address: expect.stringMatching(/^127\.55\./) });
    expect(local.faults.callCounts).toMatchObject({ 'POST /regions/{region}/addresses/{resource}/setLabels': 1 });
  });

  test('labels an address whose labeling was interrupted', async () => {
    const second = { ...address, name: 'demo-2' };
    local.faults.addFaults({ match: `POST /regions/${region}/addresses/demo-2/setLabels`, cut: 'before' });
    await expect(cloud.addresses.insert(second, call())).rejects.toMatchObject({ code: 'outcome-unknown' });
    expect(await cloud.addresses.get(second, signal)).toMatchObject({ labels: {} });
    await cloud.addresses.insert(second, call());
    expect(await cloud.addresses.get(second, signal)).toMatchObject({ labels });
    await cloud.addresses.delete(second, call());
  });

  test('an instance with an external address', async () => {
    await cloud.instances.insert(worker, call());
    expect(await cloud.instances.get(worker, signal)).toEqual({
      ...worker,
      id: expect.stringMatching(/^\d{19}$/),
      status: 'RUNNING',
      deletionProtection: false,
      networks: [worker.network],
      serviceAccounts: [],
      externalAddress: expect.stringMatching(/^127\.55\./),
      metadataFingerprint: expect.stringMatching(/./),
    });
  });

  test('replaces metadata unless it was modified concurrently', async () => {
    const found = await cloud.instances.get(worker, signal);
    const fingerprint = found?.metadataFingerprint ?? '';
    const metadata = { ...worker.metadata, 'ssh-keys': 'ada:ssh-ed25519 AAAA\nbob:ssh-ed25519 BBBB' };
    await cloud.setMetadata(worker, { metadata, fingerprint }, call());
    expect(await cloud.instances.get(worker, signal)).toMatchObject({ metadata });
    const late = cloud.setMetadata(worker, { metadata: {}, fingerprint }, call());
    await expect(late).rejects.toMatchObject({ code: 'not-ready', kind: 'transient' });
    const now = await cloud.instances.get(worker, signal);
    expect(now).toMatchObject({ metadata });
    const back = { metadata: worker.metadata, fingerprint: now?.metadataFingerprint ?? '' };
    await cloud.setMetadata(worker, back, call());
    expect(machines.machines.get(worker.name)?.metadata.instance).toEqual(worker.metadata);
  });

  test('reads the end of the serial console', async () => {
    expect(await cloud.getSerialOutput(worker, 4_096, signal)).toBe('demo-worker-0 login: ');
    expect(await cloud.getSerialOutput(worker, 7, signal)).toBe('login: ');
    expect(await cloud.getSerialOutput({ name: 'nothing', zone }, 7, signal)).toBe('');
  });

  test('has no host keys until the instance publishes them', async () => {
    expect(await cloud.getHostKeys(worker, signal)).toEqual([]);
    const written = new Map([
      ['hostkeys/ssh-rsa', 'AAAAB3'],
      ['hostkeys/ssh-ed25519', 'AAAAC3'],
    ]);
    machines.attributes.set(worker.name, written);
    expect(await cloud.getHostKeys(worker, signal)).toEqual(['ssh-ed25519 AAAAC3', 'ssh-rsa AAAAB3']);
    expect(await cloud.getHostKeys({ name: 'nobody', zone }, signal)).toEqual([]);
  });

  test('loses the guest attributes of an instance that is queried more than three times a second', async () => {
    const queried = machine('demo-worker-9', '10.240.0.29');
    await cloud.instances.insert(queried, call());
    machines.attributes.set(queried.name, new Map([['hostkeys/ssh-ed25519', 'AAAAC3']]));
    const queries = await Promise.all([1, 2, 3, 4, 5].map(() => cloud.getHostKeys(queried, signal)));
    expect(queries.filter((keys) => keys.length > 0).length).toBeLessThanOrEqual(3);
    expect(await cloud.getHostKeys(queried, signal)).toEqual([]);
    await cloud.instances.delete(queried, call());
  });

  test('refuses an Arm machine type for an x86 image, and another disk family for an existing disk', async () => {
    const arm = { ...machine('demo-arm', '10.240.0.30'), machineType: 't2a-standard-2' };
    await expect(cloud.instances.insert(arm, call())).rejects.toMatchObject({ code: 'cloud-invalid' });
    await cloud.stopInstance(worker, call());
    await expect(cloud.setMachineType(worker, 'c4-standard-2', call())).rejects.toMatchObject({
      code: 'cloud-invalid',
      detail: expect.stringContaining('pd-standard'),
    });
    await cloud.startInstance(worker, call());
  });

  test('stops, resizes and starts an instance idempotently', async () => {
    const before = await cloud.instances.get(worker, signal);
    await expect(cloud.setMachineType(worker, 'e2-standard-4', call())).rejects.toMatchObject({
      code: 'cloud-invalid',
    });
    for (const _ of [1, 2]) await cloud.stopInstance(worker, call());
    expect(await cloud.instances.get(worker, signal)).toMatchObject({
      status: 'TERMINATED',
      externalAddress: undefined,
    });
    for (const _ of [1, 2]) await cloud.setMachineType(worker, 'e2-standard-4', call());
    for (const _ of [1, 2]) await cloud.startInstance(worker, call());
    const after = await cloud.instances.get(worker, signal);
    expect(after).toEqual({
      ...before,
      machineType: 'e2-standard-4',
      externalAddress: expect.stringMatching(/^127\.55\./),
    });
    expect(after?.externalAddress).not.toBe(before?.externalAddress);
    expect(calls.map(({ doing }) => doing)).toContain('changing the machine type of instance demo-worker-0');
  });

  test.each([
    ['stopped', (at: ZonalResource) => cloud.stopInstance(at, call())],
    ['started', (at: ZonalResource) => cloud.startInstance(at, call())],
    ['changed', (at: ZonalResource) => cloud.setMachineType(at, 'e2-standard-4', call())],
    ['told', (at: ZonalResource) => cloud.setMetadata(at, { metadata: {}, fingerprint: '' }, call())],
  ])('an absent instance can’t be %s', async (_, change) => {
    await expect(change({ name: 'nobody', zone })).rejects.toMatchObject({ code: 'cloud-invalid' });
  });

  test('a route', async () => {
    await cloud.routes.insert(route, call());
    expect(await cloud.routes.get(route, signal)).toEqual({ ...route, automatic: false });
  });

  test('a health check, over REST', async () => {
    expect(await cloud.healthChecks.get(check, signal)).toBeUndefined();
    await cloud.healthChecks.insert(check, call());
    await cloud.healthChecks.insert(check, call());
    expect(await cloud.healthChecks.get(check, signal)).toEqual(check);
  });

  test('a target pool and the health of its members', async () => {
    await cloud.targetPools.insert(pool, call());
    expect(await cloud.targetPools.get(pool, signal)).toEqual(pool);
    expect(await cloud.listAllTargetPools(signal)).toEqual([pool]);
    expect([...(await cloud.getPoolHealth({ name: 'nothing', region }, signal))]).toEqual([]);
  });

  test('a forwarding rule', async () => {
    const reserved = await cloud.addresses.get(address, signal);
    const rule = {
      name: 'demo',
      region,
      description,
      labels,
      address: reserved?.address ?? '',
      ports: '6443',
      targetPool: 'demo',
    };
    await cloud.forwardingRules.insert(rule, call());
    // The rule of a target pool belongs to no network.
    expect(await cloud.forwardingRules.get(rule, signal)).toEqual({ ...rule, network: '' });
    expect([...(await cloud.getPoolHealth(pool, signal))]).toEqual([['demo-worker-0', 'HEALTHY']]);
    machines.unhealthyAddresses.add('10.240.0.20');
    expect([...(await cloud.getPoolHealth(pool, signal))]).toEqual([['demo-worker-0', 'UNHEALTHY']]);
  });

  test('looks up machine types, quotas and zones, also unknown ones', async () => {
    expect(await cloud.getMachineType({ name: 'e2-standard-2', zone }, signal)).toEqual({
      cpus: 2,
      memoryMb: 8192,
      sharedCpu: false,
      architecture: 'X86_64',
    });
    expect(await cloud.getMachineType({ name: 'f1-micro', zone }, signal)).toMatchObject({ sharedCpu: true });
    expect(await cloud.getMachineType({ name: 'z9-huge', zone }, signal)).toBeUndefined();
    expect(await cloud.listZones(region, signal)).toEqual(['a', 'b', 'c', 'f'].map((letter) => `${region}-${letter}`));
    expect(await cloud.listZones('mars-north1', signal)).toBeUndefined();
    expect(await cloud.listRegions(signal)).toContainEqual({
      name: region,
      zones: await cloud.listZones(region, signal),
    });
    const types = await cloud.listMachineTypes(zone, signal);
    expect(types).toContainEqual({
      name: 'g1-small',
      cpus: 1,
      memoryMb: 1740,
      sharedCpu: true,
      architecture: 'X86_64',
    });
    expect(types?.map(({ name }) => name)).toEqual(types?.map(({ name }) => name).toSorted());
    await expect(cloud.listMachineTypes('mars-north1-a', signal)).rejects.toMatchObject({ code: 'cloud-invalid' });
    expect(await cloud.listProjectQuotas(signal)).toContainEqual({
      metric: 'NETWORKS',
      limit: expect.any(Number),
      usage: 1,
    });
    expect(await cloud.listQuotas('mars-north1', signal)).toBeUndefined();
    expect(await cloud.listQuotas(region, signal)).toContainEqual({
      metric: 'INSTANCES',
      limit: expect.any(Number),
      usage: 1,
    });
  });

  test('deletes a resource once it is no longer in use', async () => {
    await expect(cloud.networks.delete(network, call())).rejects.toMatchObject({
      code: 'in-use',
      kind: 'transient',
      detail: expect.stringContaining('demo'),
    });
  });

  test('deletes everything in reverse order, idempotently', async () => {
    for (const _ of [1, 2]) {
      await cloud.forwardingRules.delete({ name: 'demo', region }, call());
      await cloud.targetPools.delete(pool, call());
      await cloud.healthChecks.delete(check, call());
      await cloud.routes.delete(route, call());
      await cloud.instances.delete(worker, call());
      await cloud.addresses.delete(address, call());
      await cloud.firewalls.delete(firewall, call());
      await cloud.subnetworks.delete(subnet, call());
      await cloud.networks.delete(network, call());
    }
    expect(calls.every(({ outcome }) => outcome === 'ok')).toBe(true);
    expect(await cloud.networks.get(network, signal)).toBeUndefined();
    expect(machines.machines.size).toBe(0);
  });
});

describe('a retried call', () => {
  test('reports a disk that an instance of the same name left behind', async () => {
    await cloud.networks.insert(network, call());
    await cloud.subnetworks.insert(subnet, call());
    const body = toRequestBody(worker, 'kthw-test');
    const disks = body.disks?.map((disk) => ({ ...disk, autoDelete: false }));
    const inserted = await fetch(`${local.url}/compute/v1/projects/kthw-test/zones/${zone}/instances`, {
      method: 'POST',
      headers: { authorization: `Bearer ${local.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, disks }),
    });
    expect(inserted.status).toBe(200);
    await expect.poll(async () => (await cloud.instances.get(worker, signal))?.status).toBe('RUNNING');
    await cloud.instances.delete(worker, call());
    await expect(cloud.instances.insert(worker, call())).rejects.toMatchObject({
      code: 'cloud-invalid',
      detail: expect.stringContaining(`disks/${worker.name}' already exists`),
    });
    await cloud.disks.delete(worker, call());
  });

  test('creates no second instance after a lost response', async () => {
    await cloud.networks.insert(network, call());
    await cloud.subnetworks.insert(subnet, call());
    local.faults.addFaults({ match: `POST /zones/${zone}/instances`, cut: 'after' });
    const again = call();
    await expect(cloud.instances.insert(worker, again)).rejects.toMatchObject({
      code: 'outcome-unknown',
      kind: 'transient',
    });
    await cloud.instances.insert(worker, again);
    expect(await cloud.instances.get(worker, signal)).toMatchObject({ status: 'RUNNING' });
    expect([...machines.machines.keys()]).toEqual(['demo-worker-0']);
    await cloud.instances.delete(worker, call());
  });

  test.each([
    ['ZONE_RESOURCE_POOL_EXHAUSTED', 'zone-exhausted', 'denied'],
    ['ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS', 'zone-exhausted', 'denied'],
    ['QUOTA_EXCEEDED', 'quota', 'denied'],
    ['RESOURCE_NOT_READY', 'not-ready', 'transient'],
    ['INTERNAL_ERROR', 'cloud-unavailable', 'transient'],
    ['INVALID_FIELD_VALUE', 'cloud-invalid', 'invalid'],
  ])('maps an operation error %s to %s', async (code, expected, kind) => {
    const operationError = { code, message: 'Google says so.' };
    local.faults.addFaults({ match: `POST /zones/${zone}/instances`, operationError });
    await expect(cloud.instances.insert(worker, call())).rejects.toMatchObject({
      code: expected,
      kind,
      detail: 'Google says so.',
    });
  });

  test('accepts an operation error for an existing resource only if it exists', async () => {
    const operationError = { code: 'RESOURCE_ALREADY_EXISTS', message: 'It exists.' };
    await cloud.networks.insert(network, call());
    await cloud.subnetworks.insert(subnet, call());
    local.faults.addFaults({ match: `POST /zones/${zone}/instances`, operationError });
    await expect(cloud.instances.insert(worker, call())).rejects.toMatchObject({ code: 'cloud-invalid' });
    await cloud.instances.insert(worker, call());
    local.faults.addFaults({ match: `POST /zones/${zone}/instances`, operationError });
    await cloud.instances.insert(worker, call());
  });
});
