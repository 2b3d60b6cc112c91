import { describe, expect, test } from 'vitest';
import { type ClusterObservation, findMissingParts } from '../../../src/engine/diagnostics/find-missing-parts.ts';
import { buildSpec } from '../../fakes/run-environment.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { createReadyCluster } from '../../fixtures/ready-cluster.ts';

const cluster = buildCluster({ controllers: 1, workers: 1 });
const healthy: ClusterObservation = {
  instances: new Map([
    ['demo-controller-0', { id: '1', status: 'RUNNING' }],
    ['demo-worker-0', { id: '2', status: 'RUNNING' }],
  ]),
  reservedAddress: '203.0.113.7',
  nodeReadiness: new Map([['demo-worker-0', true]]),
  backendHealth: new Map([['demo-controller-0', true]]),
  memberHealth: [true],
};
const recorded = {
  address: '203.0.113.7',
  instanceIds: new Map([
    ['demo-controller-0', '1'],
    ['demo-worker-0', '2'],
  ]),
};

function find(changes: Partial<ClusterObservation>): readonly string[] {
  const parts = findMissingParts(cluster, { ...healthy, ...changes }, recorded);
  return parts.map(({ problem, repair }) => `${problem} → ${repair}`);
}

function withInstance(name: string, found: { id: string; status: string } | 'none'): Partial<ClusterObservation> {
  return { instances: new Map([...healthy.instances, [name, found]]) };
}

describe('missing parts', () => {
  const rows: readonly (readonly [string, Partial<ClusterObservation>, readonly string[]])[] = [
    ['a complete cluster', {}, []],
    [
      'a missing worker',
      withInstance('demo-worker-0', 'none'),
      ['demo-worker-0 is missing → /kthw rebuild demo --from workers'],
    ],
    [
      'a missing control plane node',
      withInstance('demo-controller-0', 'none'),
      ['demo-controller-0 is missing → /kthw rebuild demo --from controllers'],
    ],
    [
      'a stopped worker',
      withInstance('demo-worker-0', { id: '2', status: 'TERMINATED' }),
      ['demo-worker-0 is not running (TERMINATED) → gcloud compute instances start demo-worker-0 --zone us-west1-c'],
    ],
    [
      'a recreated worker',
      withInstance('demo-worker-0', { id: '3', status: 'RUNNING' }),
      ['demo-worker-0 was recreated outside kthw → /kthw rebuild demo --from workers'],
    ],
    [
      'an unhealthy etcd member',
      { memberHealth: [false] },
      ['etcd on demo-controller-0 is unhealthy → /kthw doctor demo'],
    ],
    [
      'an unregistered node',
      { nodeReadiness: new Map() },
      ['node demo-worker-0 is not registered → /kthw rebuild demo --from workers'],
    ],
    [
      'a node that is not ready',
      { nodeReadiness: new Map([['demo-worker-0', false]]) },
      ['node demo-worker-0 is not ready → /kthw doctor demo'],
    ],
    [
      'an unhealthy backend',
      { backendHealth: new Map([['demo-controller-0', false]]) },
      ['demo-controller-0 is unhealthy in the load balancer → /kthw doctor demo'],
    ],
    [
      'a missing address',
      { reservedAddress: 'none' },
      ['static IP address demo is missing → /kthw rebuild demo --from static-ip'],
    ],
    [
      'another address',
      { reservedAddress: '203.0.113.8' },
      ['static IP address demo is now 203.0.113.8 → /kthw rebuild demo --from static-ip'],
    ],
    [
      'nothing that could not be read',
      {
        instances: new Map(),
        reservedAddress: undefined,
        nodeReadiness: undefined,
        backendHealth: undefined,
        memberHealth: undefined,
      },
      [],
    ],
  ];
  test.each(rows)('of %s', (_, changes, expected) => {
    expect(find(changes)).toEqual(expected);
  });
});

describe('a ready cluster', () => {
  const ref = { name: 'demo-worker-0', zone: 'us-west1-c', region: 'us-west1' };
  const buildCall = () => ({ requestId: `${Math.random()}`, signal: new AbortController().signal });

  test('lacks nothing after its creation', async () => {
    const { process } = await createReadyCluster();
    expect(await process.clusterService.listMissingParts('demo')).toEqual([]);
  });

  test('reports an instance that was stopped, then started, then deleted', async () => {
    const { environment, process } = await createReadyCluster();
    const { compute, clock } = environment;
    await compute.stopInstance(ref, buildCall());
    expect(await process.clusterService.listMissingParts('demo')).toMatchObject([
      { problem: 'demo-worker-0 is not running (TERMINATED)' },
    ]);
    await compute.startInstance(ref, buildCall());
    await clock.sleep(60_000, new AbortController().signal);
    expect(await process.clusterService.listMissingParts('demo')).toEqual([]);
    await compute.instances.delete(ref, buildCall());
    expect(await process.clusterService.listMissingParts('demo')).toMatchObject([
      { problem: 'demo-worker-0 is missing', repair: '/kthw rebuild demo --from workers' },
    ]);
  });

  test('is not observed while a run changes it, nor when it is unknown', async () => {
    const { environment, process } = await createReadyCluster();
    await environment.compute.instances.delete(ref, buildCall());
    const request = { workers: 2, requester: environment.requester, channel: 'C1' };
    const answer = await process.clusterService.scaleCluster('demo', request);
    expect(await process.clusterService.listMissingParts('demo')).toEqual([]);
    expect(await process.clusterService.listMissingParts('other')).toEqual([]);
    await environment.finishRun(Promise.resolve(answer));
  });

  test('is unchanged by create and resume, whose replies then name what is missing', async () => {
    const { environment, process } = await createReadyCluster();
    await environment.compute.instances.delete(ref, buildCall());
    const { requester } = environment;
    const results = [
      await process.clusterService.createCluster({ spec: buildSpec(), requester, channel: 'C1' }),
      await process.clusterService.resumeRun('demo', requester),
    ];
    const { renderRunReply } = await import('../../../src/commands/render-run-reply.ts');
    for (const result of results) {
      const reply = await renderRunReply('demo', result, { markdown: 'started' }, process.clusterService);
      expect(JSON.stringify(reply.blocks)).toContain('demo-worker-0 is missing');
      expect(JSON.stringify(reply.blocks)).toContain('/kthw rebuild demo --from workers');
    }
  });
});
