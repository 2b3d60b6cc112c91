import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import { RunEnvironment } from '../../fakes/run-environment.ts';
import { captured } from './captured.ts';

const open: RunEnvironment[] = [];
afterEach(async () => {
  for (const environment of open.splice(0)) await environment.close();
});

const well = `${captured['e2-standard-2']}\netcd_server_is_leader 0\n`;

/** A ready cluster with 3 controllers and 2 workers. */
async function createCluster() {
  const environment = new RunEnvironment();
  open.push(environment);
  environment.ssh.planExit(
    /^run demo-controller-1 exit 0$/,
    { stdout: well.replace('is_leader 0', 'is_leader 1') },
    1_000,
  );
  environment.ssh.planExit(/^run demo-\S+ exit 0$/, { stdout: well }, 1_000);
  const process = environment.createProcess();
  await environment.createCluster(process, { controllers: 3, workers: 2 });
  return { environment, clusterService: process.clusterService };
}

async function getSnapshot({ clusterService }: Awaited<ReturnType<typeof createCluster>>) {
  const snapshot = await clusterService.getSnapshot('demo', 'ssh');
  if ('notFound' in snapshot) throw new Error('cluster not found');
  return snapshot;
}

describe('a cluster snapshot', () => {
  test('contains instances with addresses, the etcd leader, nodes and the load balancer', async () => {
    const snapshot = await getSnapshot(await createCluster());
    expect(snapshot.errors).toEqual([]);
    expect(
      snapshot.instances.map(({ name, address, isEtcdLeader, nodeReady }) => [name, address, isEtcdLeader, nodeReady]),
    ).toEqual([
      ['demo-controller-0', '10.240.0.10', false, undefined],
      ['demo-controller-1', '10.240.0.11', true, undefined],
      ['demo-controller-2', '10.240.0.12', false, undefined],
      ['demo-worker-0', '10.240.0.20', false, true],
      ['demo-worker-1', '10.240.0.21', false, true],
    ]);
    expect(snapshot.instances.every(({ externalAddress, status }) => externalAddress && status === 'RUNNING')).toBe(
      true,
    );
    expect(snapshot.instances.at(-1)?.podCidr).toBe('10.200.1.0/24');
    expect(snapshot.loadBalancer.address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect([...(snapshot.loadBalancer.backendHealth?.values() ?? [])]).toEqual([true, true, true]);
  });

  test('lists what could not be read and contains the rest', async () => {
    const cluster = await createCluster();
    const { environment } = cluster;
    const at = (name: string) => ({ name, zone: 'us-west1-c', region: 'us-west1' });
    const call = { requestId: 'r', signal: new AbortController().signal };
    await environment.compute.stopInstance(at('demo-controller-0'), call);
    await environment.compute.instances.delete(at('demo-worker-1'), call);
    environment.ssh.unreachable.add('demo-worker-0');
    const error = () => new KthwError('cloud-unavailable', { doing: 'health of pool demo', status: 503 });
    environment.compute.faults.plan({ call: /poolHealth/, when: 'before', error });
    const { instances, errors, loadBalancer } = await getSnapshot(cluster);
    expect(errors).toEqual([
      'load balancer: health of pool demo: Compute Engine returned 503',
      'demo-controller-0: instance is TERMINATED',
      'demo-worker-0 is unreachable over SSH',
      'demo-worker-1: instance not found',
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

  test('is notFound for an unknown cluster', async () => {
    const environment = new RunEnvironment();
    open.push(environment);
    expect(await environment.createProcess().clusterService.getSnapshot('demo', 'ssh')).toEqual({ notFound: true });
  });
});
