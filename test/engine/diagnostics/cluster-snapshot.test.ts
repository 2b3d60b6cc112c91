import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/workflow/errors.ts';
import { RunEnvironment } from '../../fakes/run-environment.ts';
import { captured } from './captured.ts';

const open: RunEnvironment[] = [];
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});

const well = `${captured['e2-standard-2']}\netcd_server_is_leader 0\n`;

/** A cluster of 3 and 2 that is up, whose machines answer looks. */
async function aCluster() {
  const world = new RunEnvironment();
  open.push(world);
  world.ssh.planExit(/^run demo-controller-1 exit 0$/, { stdout: well.replace('is_leader 0', 'is_leader 1') }, 1_000);
  world.ssh.planExit(/^run demo-\S+ exit 0$/, { stdout: well }, 1_000);
  const process = world.createProcess();
  await world.createCluster(process, { controllers: 3, workers: 2 });
  return { world, desk: process.clusterService };
}

async function sightOf({ desk }: Awaited<ReturnType<typeof aCluster>>) {
  const sight = await desk.getSnapshot('demo');
  if ('notFound' in sight) throw new Error('there is no cluster');
  return sight;
}

describe('a look at a cluster', () => {
  test('finds its machines with their addresses, who leads etcd, the nodes and the load balancer', async () => {
    const sight = await sightOf(await aCluster());
    expect(sight.errors).toEqual([]);
    expect(
      sight.instances.map(({ name, address, isEtcdLeader, nodeReady }) => [name, address, isEtcdLeader, nodeReady]),
    ).toEqual([
      ['demo-controller-0', '10.240.0.10', false, undefined],
      ['demo-controller-1', '10.240.0.11', true, undefined],
      ['demo-controller-2', '10.240.0.12', false, undefined],
      ['demo-worker-0', '10.240.0.20', false, true],
      ['demo-worker-1', '10.240.0.21', false, true],
    ]);
    expect(sight.instances.every(({ externalAddress, status }) => externalAddress && status === 'RUNNING')).toBe(true);
    expect(sight.instances.at(-1)?.podCidr).toBe('10.200.1.0/24');
    expect(sight.loadBalancer.address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect([...(sight.loadBalancer.backendHealth?.values() ?? [])]).toEqual([true, true, true]);
  });

  test('says of each thing that can’t be looked at that it can’t, and looks at the others', async () => {
    const cluster = await aCluster();
    const { world } = cluster;
    const at = (name: string) => ({ name, zone: 'us-west1-c', region: 'us-west1' });
    const call = { requestId: 'r', signal: new AbortController().signal };
    await world.compute.stopInstance(at('demo-controller-0'), call);
    await world.compute.instances.delete(at('demo-worker-1'), call);
    world.ssh.unreachable.add('demo-worker-0');
    const error = () => new KthwError('cloud-unavailable', { doing: 'health of pool demo', status: 503 });
    world.compute.faults.plan({ call: /poolHealth/, when: 'before', error });
    const { instances, errors, loadBalancer } = await sightOf(cluster);
    expect(errors).toEqual([
      'load balancer: health of pool demo: Compute Engine answered 503',
      'demo-controller-0: it is TERMINATED',
      'demo-worker-0 does not answer ssh',
      'demo-worker-1: there is no such machine',
    ]);
    expect(loadBalancer).not.toHaveProperty('backendHealth');
    expect(instances.map(({ exists, status, inactiveServices }) => [exists, status, inactiveServices])).toMatchObject([
      [true, 'TERMINATED', undefined],
      [true, 'RUNNING', []],
      [true, 'RUNNING', []],
      [true, 'RUNNING', undefined],
      [false, undefined, undefined],
    ]);
  });

  test('of a cluster that is not there says so', async () => {
    const world = new RunEnvironment();
    open.push(world);
    expect(await world.createProcess().clusterService.getSnapshot('demo')).toEqual({ notFound: true });
  });
});
