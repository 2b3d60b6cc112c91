import { describe, expect, test } from 'vitest';
import { isOwned } from '../../../src/engine/cluster/is-owned.ts';
import type { GlobalResource } from '../../../src/engine/gcp/compute/compute-client.ts';
import { kinds } from '../../fakes/compute-rules.ts';
import type { RunEnvironment } from '../../fakes/run-environment.ts';
import { createEnvironment, createReadyCluster } from '../../fixtures/ready-cluster.ts';

const location = { region: 'us-west1', zone: 'us-west1-c' };
const { signal } = new AbortController();

interface NamedKind {
  readonly kind: (typeof kinds)[number];
  readonly name: string;
}

/** Every resource of a cluster with one control plane node and one worker. */
const names: readonly NamedKind[] = [
  { kind: 'networks', name: 'demo' },
  { kind: 'subnetworks', name: 'demo-subnet' },
  { kind: 'firewalls', name: 'demo-allow-internal' },
  { kind: 'firewalls', name: 'demo-allow-external' },
  { kind: 'firewalls', name: 'demo-allow-ssh' },
  { kind: 'firewalls', name: 'demo-allow-health-check' },
  { kind: 'addresses', name: 'demo' },
  { kind: 'instances', name: 'demo-controller-0' },
  { kind: 'instances', name: 'demo-worker-0' },
  { kind: 'routes', name: 'demo-worker-0-pods' },
  { kind: 'healthChecks', name: 'demo' },
  { kind: 'targetPools', name: 'demo' },
  { kind: 'forwardingRules', name: 'demo' },
];

test('the list below names every resource of a cluster', async () => {
  const { environment } = await createReadyCluster();
  expect((await listResources(environment)).map(describeResource).sort()).toEqual(names.map(describeResource).sort());
});

describe.each(names)('someone else’s $kind $name', ({ kind, name }) => {
  test('stops a create, stays unchanged, and does not stop the deletion of the rest', async () => {
    const { environment, process } = createEnvironment();
    await insertCorporateNetwork(environment);
    await insert(environment, kind, buildForeignResource(kind, name));
    const before = await find(environment, kind, name);
    const run = await environment.createCluster(process);
    expect(await environment.getOutcome(run)).toBe('failed');
    expect(await find(environment, kind, name)).toEqual(before);
    const result = await process.clusterService.deleteCluster('demo', environment.requester, 'C1');
    if (!('notFound' in result)) {
      const deletion = await environment.finishRun(Promise.resolve(result));
      expect(await environment.getOutcome(deletion)).toBe('succeeded');
      const lines = (await environment.listEvents(deletion, 'step.logged')).map(({ message }) => message);
      expect(lines.filter((line) => line.includes('belongs to someone else')).join('\n')).toContain(name);
    }
    expect(await find(environment, kind, name)).toEqual(before);
    const left = (await listResources(environment)).filter(({ name: each }) => !each.startsWith('corp'));
    expect(left.map(describeResource)).toEqual([describeResource({ kind, name })]);
  });
});

describe('labels and tags that others added to every resource', () => {
  const extend = async (environment: RunEnvironment) => {
    for (const { kind, name } of names) {
      const found = (await find(environment, kind, name)) as { labels?: object; tags?: readonly string[] };
      environment.compute.tamper(kind, name, {
        ...(found.labels ? { labels: { ...found.labels, 'cost-center': '42' } } : {}),
        ...(found.tags ? { tags: ['allow-health-checks', ...found.tags] } : {}),
      });
    }
  };

  test('are no conflict for a smoke test, a scale, a rebuild and a delete', async () => {
    const { environment, process } = await createReadyCluster();
    const { clusterService } = process;
    const request = { requester: environment.requester, channel: 'C1' };
    await extend(environment);
    const runs = [
      () => clusterService.runSmokeTest('demo', request.requester, 'C1'),
      () => clusterService.scaleCluster('demo', { ...request, workers: 2 }),
      () => clusterService.rebuildCluster('demo', { ...request, fromPhase: 'etcd' }),
      () => clusterService.deleteCluster('demo', request.requester, 'C1'),
    ];
    for (const start of runs) {
      const run = await environment.finishRun(start());
      expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    }
    expect(environment.compute.listResourceNames()).toEqual([]);
  });

  test('a removed tag of the cluster is a conflict', async () => {
    const { environment, process } = await createReadyCluster();
    environment.compute.tamper('instances', 'demo-worker-0', { tags: ['demo', 'allow-health-checks'] });
    const request = { workers: 2, requester: environment.requester, channel: 'C1' };
    const run = await environment.finishRun(process.clusterService.scaleCluster('demo', request));
    expect(await environment.getOutcome(run)).toBe('failed');
    expect(JSON.stringify(await environment.store.readEvents(run))).toContain('tags');
  });
});

describe('ownership', () => {
  const cluster = { name: 'demo' };
  const description = 'kthw cluster demo';
  const labels = { 'kthw-cluster': 'demo' };

  test.each(kinds)('of %s needs the mark of this cluster', (kind) => {
    const network = 'demo';
    expect(isOwned(kind, { description, labels, network }, cluster)).toBe(true);
    const foreign = [
      undefined,
      { network },
      { network, description: '', labels: {} },
      { network, description: 'kthw cluster demo-2', labels: { 'kthw-cluster': 'demo-2' } },
      { network, description: 'kthw cluster dem', labels: { 'kthw-cluster': 'dem' } },
      { network, description: `${description} copy`, labels: { 'kthw-cluster-2': 'demo' } },
    ];
    for (const resource of foreign) expect(isOwned(kind, resource, cluster)).toBe(false);
  });

  test('of disks needs the label', () => {
    expect(isOwned('disks', { labels: { ...labels, team: 'payroll' } }, cluster)).toBe(true);
    expect(isOwned('disks', { description }, cluster)).toBe(false);
  });

  test('of a subnet also needs the network of the cluster', () => {
    expect(isOwned('subnetworks', { description, network: 'corp' }, cluster)).toBe(false);
  });
});

/** What the resources of someone else refer to. */
async function insertCorporateNetwork(environment: RunEnvironment): Promise<void> {
  await insert(environment, 'networks', buildForeignResource('networks', 'corp'));
  for (const kind of ['subnetworks', 'healthChecks', 'targetPools'] as const)
    await insert(environment, kind, buildForeignResource(kind, 'corp'));
}

/** A valid resource of someone else, in a network of their own. */
function buildForeignResource(kind: NamedKind['kind'], name: string): GlobalResource {
  const { region, zone } = location;
  const common = { name, description: 'payroll', labels: { team: 'payroll' } };
  switch (kind) {
    case 'subnetworks':
      return { ...common, region, network: 'corp', range: '10.9.0.0/24' } as GlobalResource;
    case 'firewalls':
      return {
        ...common,
        network: 'corp',
        sourceRanges: ['10.0.0.0/8'],
        allow: ['tcp'],
        disabled: false,
      } as GlobalResource;
    case 'routes':
      return { ...common, network: 'corp', destination: '10.8.0.0/24', nextHop: '10.9.0.2' } as GlobalResource;
    case 'instances':
      return {
        ...common,
        region,
        zone,
        network: 'corp',
        subnetwork: 'corp',
        tags: [],
        address: '10.9.0.2',
      } as GlobalResource;
    case 'targetPools':
      return { ...common, region, healthCheck: 'corp', instances: [] } as GlobalResource;
    case 'forwardingRules':
      return { ...common, region, targetPool: 'corp', address: '203.0.113.9', ports: '443' } as GlobalResource;
    case 'addresses':
      return { ...common, region } as GlobalResource;
    case 'networks':
    case 'healthChecks':
      return common;
    default:
      return kind satisfies never;
  }
}

async function insert({ compute }: RunEnvironment, kind: NamedKind['kind'], resource: GlobalResource): Promise<void> {
  await compute[kind].insert(resource as never, { requestId: `foreign-${kind}-${resource.name}`, signal });
}

async function find({ compute }: RunEnvironment, kind: NamedKind['kind'], name: string): Promise<unknown> {
  return await compute[kind].get({ name, ...location } as never, signal);
}

async function listResources({ compute }: RunEnvironment): Promise<readonly NamedKind[]> {
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const resources: readonly GlobalResource[] = await compute[kind].list(location, signal);
      return resources.map(({ name }) => ({ kind, name }));
    }),
  );
  return lists.flat();
}

function describeResource({ kind, name }: NamedKind): string {
  return `${kind} ${name}`;
}
