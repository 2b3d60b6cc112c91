import { describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import type { ComputeClient } from '../../../src/engine/gcp/compute/compute-client.ts';
import { findDeletionBlockers } from '../../../src/engine/steps/deletion-blockers.ts';
import { listOrphanedResources } from '../../../src/engine/steps/orphaned-resources.ts';
import type { Process, RunEnvironment } from '../../fakes/run-environment.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { createReadyCluster } from '../../fixtures/ready-cluster.ts';

type Kind = 'instances' | 'firewalls' | 'routes' | 'forwardingRules' | 'subnetworks' | 'targetPools' | 'healthChecks';

const cluster = buildCluster({ controllers: 1, workers: 1 });
const { region, zone } = cluster;
const deleteOrMove = 'delete or move the resources that use the network or the address';
async function insertForeign(compute: ComputeClient, kind: Kind, name: string, fields: object): Promise<void> {
  const call = { requestId: `foreign ${kind} ${name}`, signal: new AbortController().signal };
  await compute[kind].insert({ name, region, zone, description: '', labels: {}, ...fields } as never, call);
}

/** Deletes the cluster, and inserts a resource after the check, when the first instance is gone. @returns the run */
async function deleteAndInsert(
  environment: RunEnvironment,
  { clusterService }: Process,
  insert: () => Promise<void>,
): Promise<string> {
  const request = clusterService.deleteCluster('demo', environment.requester, 'C1');
  const insertion = (async () => {
    while (environment.compute.listInstances().length > 1)
      await environment.clock.sleep(100, new AbortController().signal);
    await insert();
  })();
  const run = await environment.finishRun(request);
  await insertion;
  return run;
}

async function getReservedAddress({ addresses }: ComputeClient): Promise<string | undefined> {
  return (await addresses.get({ name: 'demo', region }, new AbortController().signal))?.address;
}

const foreignUsers: readonly (readonly [string, string, (compute: ComputeClient) => Promise<void>])[] = [
  [
    'an instance in the subnet',
    `instance jumpbox in ${zone} uses network demo`,
    (compute) =>
      insertForeign(compute, 'instances', 'jumpbox', { network: 'demo', subnetwork: 'demo-subnet', metadata: {} }),
  ],
  [
    'a firewall rule',
    'firewall rule let-me-in uses network demo',
    (compute) => insertForeign(compute, 'firewalls', 'let-me-in', { network: 'demo', allow: [], sourceRanges: [] }),
  ],
  [
    'a route',
    'route my-way uses network demo',
    (compute) => insertForeign(compute, 'routes', 'my-way', { network: 'demo', destination: '10.9.0.0/24' }),
  ],
  [
    'an internal forwarding rule',
    'forwarding rule internal uses network demo',
    async (compute) => {
      await insertForeign(compute, 'healthChecks', 'shop', {});
      await insertForeign(compute, 'targetPools', 'shop', { healthCheck: 'shop', instances: [] });
      await insertForeign(compute, 'forwardingRules', 'internal', { network: 'demo', targetPool: 'shop' });
    },
  ],
  [
    'a subnet in another region',
    'subnet elsewhere uses network demo',
    (compute) => insertForeign(compute, 'subnetworks', 'elsewhere', { network: 'demo', region: 'europe-west1' }),
  ],
];

describe('a delete fails before it deletes anything because of', () => {
  test.each(foreignUsers)('%s', async (_, description, insert) => {
    const { environment, process } = await createReadyCluster();
    await insert(environment.compute);
    const before = environment.compute.listResourceNames();
    const run = await environment.finishRun(process.clusterService.deleteCluster('demo', environment.requester, 'C1'));
    expect(await environment.getOutcome(run)).toBe('failed');
    expect(await environment.listEvents(run, 'step.failed')).toMatchObject([
      {
        step: 'verify-deletable/blockers',
        error: { code: 'deletion-blocked', remedy: expect.stringContaining(deleteOrMove) },
      },
    ]);
    const [failure] = await environment.listEvents(run, 'step.failed');
    expect(failure?.error.message).toBe(`can't delete the cluster's resources: ${description}`);
    expect(environment.compute.listResourceNames()).toEqual(before);
  });

  test('a forwarding rule that uses the address', async () => {
    const { environment, process } = await createReadyCluster();
    const { compute } = environment;
    const address = await getReservedAddress(compute);
    await insertForeign(compute, 'healthChecks', 'shop', {});
    await insertForeign(compute, 'targetPools', 'shop', { healthCheck: 'shop', instances: [] });
    await insertForeign(compute, 'forwardingRules', 'shop', { address, targetPool: 'shop' });
    const run = await environment.finishRun(process.clusterService.deleteCluster('demo', environment.requester, 'C1'));
    const [failure] = await environment.listEvents(run, 'step.failed');
    expect(failure?.error.message).toBe(
      `can't delete the cluster's resources: forwarding rule shop uses the address ${address}`,
    );
  });

  test('a peering of the network, with the command that deletes it', async () => {
    const { environment, process } = await createReadyCluster();
    const { compute } = environment;
    compute.tamper('networks', 'demo', { peerings: ['to-shop'] });
    const before = compute.listResourceNames();
    const run = await environment.finishRun(process.clusterService.deleteCluster('demo', environment.requester, 'C1'));
    const [failure] = await environment.listEvents(run, 'step.failed');
    expect(failure?.error).toMatchObject({
      message: "can't delete the cluster's resources: peering to-shop uses network demo",
      remedy: 'run `gcloud compute networks peerings delete to-shop --network demo`; then `/kthw resume`',
    });
    expect(compute.listResourceNames()).toEqual(before);
    compute.tamper('networks', 'demo', { peerings: [] });
    await process.clusterService.resumeRun('demo', environment.requester);
    await environment.waitForRun(run);
    expect(compute.listResourceNames()).toEqual([]);
  });

  test('a target pool in another region that uses the health check', async () => {
    const { environment, process } = await createReadyCluster();
    const { compute } = environment;
    await insertForeign(compute, 'targetPools', 'shop', {
      ...{ region: 'europe-west1', healthCheck: 'demo', instances: [] },
    });
    const before = compute.listResourceNames();
    const run = await environment.finishRun(process.clusterService.deleteCluster('demo', environment.requester, 'C1'));
    const [failure] = await environment.listEvents(run, 'step.failed');
    expect(failure?.error).toMatchObject({
      message: "can't delete the cluster's resources: target pool shop in europe-west1 uses health check demo",
      remedy:
        'run `gcloud compute target-pools remove-health-checks shop --region europe-west1 --http-health-check demo`; then `/kthw resume`',
    });
    expect(compute.listResourceNames()).toEqual(before);
  });

  test('deletion protection, with the command that turns it off', async () => {
    const { environment, process } = await createReadyCluster();
    const { compute } = environment;
    compute.tamper('instances', 'demo-worker-0', { deletionProtection: true });
    const before = compute.listResourceNames();
    const run = await environment.finishRun(process.clusterService.deleteCluster('demo', environment.requester, 'C1'));
    const [failure] = await environment.listEvents(run, 'step.failed');
    expect(failure?.error).toMatchObject({
      message: "can't delete the cluster's resources: instance demo-worker-0 is protected against deletion",
      remedy: `run \`gcloud compute instances update demo-worker-0 --zone ${zone} --no-deletion-protection\`; then \`/kthw resume\``,
    });
    expect(compute.listResourceNames()).toEqual(before);
    compute.tamper('instances', 'demo-worker-0', { deletionProtection: false });
    await process.clusterService.resumeRun('demo', environment.requester);
    await environment.waitForRun(run);
    expect(compute.listResourceNames()).toEqual([]);
  });
});

describe('a delete', () => {
  test('keeps a foreign network with the name of the cluster', async () => {
    const { environment, process } = await createReadyCluster();
    environment.compute.tamper('networks', 'demo', { description: 'of the web shop' });
    await insertForeign(environment.compute, 'firewalls', 'web', { network: 'demo', allow: [], sourceRanges: [] });
    const run = await environment.finishRun(process.clusterService.deleteCluster('demo', environment.requester, 'C1'));
    expect(await environment.listEvents(run, 'step.failed')).not.toMatchObject([{ step: 'verify-deletable/blockers' }]);
    expect(environment.compute.listResourceNames()).toEqual(expect.arrayContaining(['networks demo', 'firewalls web']));
  });

  test('retries while its own resource uses another, and stops when a foreign one does', async () => {
    const { environment, process } = await createReadyCluster();
    const { compute } = environment;
    const run = await deleteAndInsert(environment, process, async () => {
      await insertForeign(compute, 'instances', 'jumpbox', {
        ...{ network: 'demo', subnetwork: 'demo-subnet', metadata: {} },
      });
    });
    const failures = await environment.listEvents(run, 'step.failed');
    expect(failures.at(-1)?.error).toMatchObject({
      code: 'deletion-blocked',
      message: `can't delete the cluster's resources: instance jumpbox in ${zone} uses network demo`,
    });
    expect(failures.filter(({ step }) => step === 'network/subnet')).toHaveLength(1);
  });

  test('stops when a resource of a kind that is not listed uses its own', async () => {
    const { environment, process } = await createReadyCluster();
    const detail = "The http_health_check resource 'demo' is already being used by 'global/backendServices/shop'";
    environment.compute.faults.plan({
      call: /^delete healthChecks demo$/,
      when: 'before',
      error: () => new KthwError('in-use', { doing: 'deleting health check demo' }, { detail }),
    });
    const run = await environment.finishRun(process.clusterService.deleteCluster('demo', environment.requester, 'C1'));
    expect((await environment.listEvents(run, 'step.failed')).at(-1)?.error).toMatchObject({
      code: 'deletion-blocked',
      message: `can't delete the cluster's resources: ${detail}`,
    });
  });

  test('keeps a rule that appears in its network during the deletion, names it, and continues once it is gone', async () => {
    const { environment, process } = await createReadyCluster();
    const { compute } = environment;
    const call = { requestId: 'by hand', signal: new AbortController().signal };
    const run = await deleteAndInsert(environment, process, async () => {
      await insertForeign(compute, 'firewalls', 'let-me-in', { network: 'demo', allow: [], sourceRanges: [] });
    });
    expect(await environment.getOutcome(run)).toBe('failed');
    const failures = await environment.listEvents(run, 'step.failed');
    expect(failures.at(-1)?.error.message).toContain('firewall rule let-me-in uses network demo');
    await compute.firewalls.delete({ name: 'let-me-in' }, call);
    await environment.finishRun(process.clusterService.resumeRun('demo', environment.requester));
    expect(compute.listResourceNames()).toEqual([]);
  });

  test('a rebuild of the network is refused before it asks for approval while someone else uses it', async () => {
    const { environment, process } = await createReadyCluster();
    await insertForeign(environment.compute, 'routes', 'theirs', { network: 'demo', automatic: false });
    const before = environment.compute.listResourceNames();
    const request = { fromPhase: 'network', requester: environment.requester, channel: 'C1' };
    const run = await environment.finishRun(process.clusterService.rebuildCluster('demo', request));
    expect(await environment.getOutcome(run)).toBe('failed');
    expect((await environment.listEvents(run, 'run.faulted')).at(-1)?.error.code).toBe('deletion-blocked');
    expect(environment.compute.listResourceNames()).toEqual(before);
  });
});

test('internal forwarding rules of others in the network are never deleted', async () => {
  const { environment } = await createReadyCluster();
  const { compute } = environment;
  await insertForeign(compute, 'forwardingRules', 'internal', { network: 'demo', targetPool: 'demo' });
  expect(
    (await listOrphanedResources({ compute, cluster, signal: new AbortController().signal })).map(({ name }) => name),
  ).not.toContain('internal');
});

test('an instance in another network that uses the address blocks the deletion', () => {
  const none = { firewalls: [], routes: [], forwardingRules: [], targetPools: [] };
  const instance = { name: 'proxy', zone, labels: {}, networks: ['shop'], externalAddress: '203.0.113.7' };
  const instances = [instance] as unknown as Parameters<typeof findDeletionBlockers>[0]['instances'];
  const find = (address: string | undefined) => findDeletionBlockers({ ...none, address, instances }, cluster);
  expect(find('203.0.113.7')).toEqual([
    { name: 'proxy', description: 'instance proxy uses the address 203.0.113.7', remedy: deleteOrMove },
  ]);
  expect([...find('203.0.113.8'), ...find(undefined)]).toEqual([]);
});

test('the delete dialog lists what blocks the deletion, or nothing if Compute Engine does not respond', async () => {
  const { environment, process } = await createReadyCluster();
  const { compute } = environment;
  const { listDeletionBlockers } = process.clusterService;
  expect(await listDeletionBlockers('demo')).toEqual([]);
  compute.tamper('instances', 'demo-worker-0', { deletionProtection: true });
  expect(await listDeletionBlockers('demo')).toMatchObject([{ name: 'demo-worker-0' }]);
  compute.faults.plan({
    call: /^list routes$/,
    when: 'before',
    times: 1,
    error: () => new KthwError('cloud-unavailable', { doing: 'listing routes' }),
  });
  expect(await listDeletionBlockers('demo')).toEqual([]);
  expect(await listDeletionBlockers('other')).toEqual([]);
});
