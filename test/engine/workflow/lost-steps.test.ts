import { describe, expect, test } from 'vitest';
import type { RunEnvironment } from '../../fakes/run-environment.ts';
import { createEnvironment } from '../../fixtures/ready-cluster.ts';

const ref = { zone: 'us-west1-c', region: 'us-west1' };
const buildCall = () => ({ requestId: `${Math.random()}`, signal: new AbortController().signal });

/** A create that failed in the kubelet phase, when most steps on each instance were complete. */
async function createFailedRun() {
  const { environment, process } = createEnvironment();
  environment.ssh.planExit(/^apply demo-worker-0 kubelet/, { exitCode: 1 }, 1_000);
  const run = await environment.createCluster(process);
  expect(await environment.getOutcome(run)).toBe('failed');
  environment.clearFaults();
  const resume = async () => {
    await process.clusterService.resumeRun('demo', environment.requester);
    await environment.waitForRun(run);
  };
  return { environment, process, run, resume };
}

async function restart({ compute, clock }: RunEnvironment, name: string): Promise<void> {
  await compute.stopInstance({ ...ref, name }, buildCall());
  await compute.startInstance({ ...ref, name }, buildCall());
  await clock.sleep(60_000, new AbortController().signal);
}

async function recreate({ compute, clock }: RunEnvironment, name: string): Promise<void> {
  const found = await compute.instances.get({ ...ref, name }, new AbortController().signal);
  if (!found) throw new Error(`there is no instance ${name}`);
  await compute.instances.delete({ ...ref, name }, buildCall());
  await compute.instances.insert(found, buildCall());
  await clock.sleep(60_000, new AbortController().signal);
}

async function listReasons(environment: RunEnvironment, run: string): Promise<string[]> {
  return (await environment.listEvents(run, 'steps.reset')).flatMap(({ reasons }) => reasons);
}

const worker = 'instance demo-worker-0 (e2-standard-2, 10.240.0.20)';

describe('a resume after an instance was', () => {
  const rows: readonly (readonly [string, (environment: RunEnvironment) => Promise<void>, string])[] = [
    [
      'deleted',
      ({ compute }) => compute.instances.delete({ ...ref, name: 'demo-worker-0' }, buildCall()),
      'is missing',
    ],
    ['recreated', (environment) => recreate(environment, 'demo-worker-0'), 'was replaced or restarted'],
    ['restarted', (environment) => restart(environment, 'demo-worker-0'), 'was replaced or restarted'],
  ];
  test.each(rows)('%s runs all of its steps again', async (_, change, reason) => {
    const { environment, run, resume } = await createFailedRun();
    await change(environment);
    await resume();
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect(await listReasons(environment, run)).toEqual([`${worker} ${reason}`]);
    const [reset] = await environment.listEvents(run, 'steps.reset');
    expect(reset?.steps).toEqual(expect.arrayContaining(['workers/demo-worker-0', 'containerd/demo-worker-0']));
    expect(reset?.steps).not.toContain('controllers/demo-controller-0');
    const [instance] = environment.compute.listInstances().filter(({ name }) => name === 'demo-worker-0');
    expect(environment.ssh.findHostByAddress(instance?.externalAddress ?? '')?.runningServices).toContain('kubelet');
    const outputs = (await environment.store.read('cluster', 'demo'))?.value.outputs;
    expect(outputs).toMatchObject({
      'external-address/demo-worker-0': instance?.externalAddress,
      'instance-id/demo-worker-0': String(instance?.instanceId),
    });
  });

  test('stopped fails at once, with the command that starts it', async () => {
    const { environment, run, resume } = await createFailedRun();
    await environment.compute.stopInstance({ ...ref, name: 'demo-worker-0' }, buildCall());
    await resume();
    expect(await environment.getOutcome(run)).toBe('failed');
    expect((await environment.listEvents(run, 'step.failed')).at(-1)?.error).toMatchObject({
      code: 'instance-stopped',
      remedy: expect.stringContaining('gcloud compute instances start demo-worker-0'),
    });
    await environment.compute.startInstance({ ...ref, name: 'demo-worker-0' }, buildCall());
    await resume();
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
  });
});

test('a resume recreates a firewall rule that was deleted', async () => {
  const { environment, run, resume } = await createFailedRun();
  await environment.compute.firewalls.delete({ name: 'demo-allow-internal' }, buildCall());
  await resume();
  expect(await environment.getOutcome(run)).toBe('succeeded');
  expect(environment.compute.listResourceNames()).toContain('firewalls demo-allow-internal');
});

describe('a resume of deferred steps repeats the smoke test after', () => {
  const losses: readonly (readonly [string, (environment: RunEnvironment) => Promise<void>])[] = [
    ['a worker was deleted', ({ compute }) => compute.instances.delete({ ...ref, name: 'demo-worker-0' }, buildCall())],
    ['a pod route was deleted', ({ compute }) => compute.routes.delete({ name: 'demo-worker-0-pods' }, buildCall())],
    ['a control plane node was restarted', (environment) => restart(environment, 'demo-controller-0')],
  ];
  test.each(losses)('%s', async (_, lose) => {
    const { environment, process } = createEnvironment();
    environment.kube.missingImages.add('coredns');
    const run = await environment.createCluster(process);
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect((await environment.listEvents(run, 'step.deferred')).length).toBeGreaterThan(0);
    await lose(environment);
    await environment.finishRun(process.clusterService.resumeRun('demo', environment.requester));
    expect(await environment.listEvents(run, 'steps.reset')).toHaveLength(1);
    expect((await environment.listEvents(run, 'run.finished')).map(({ outcome }) => outcome)).toEqual([
      'succeeded',
      'succeeded',
    ]);
    expect(await process.clusterService.listMissingParts('demo')).toEqual([]);
  });
});

test('a resume after nothing changed resets no step', async () => {
  const { environment, run, resume } = await createFailedRun();
  await resume();
  expect(await environment.getOutcome(run)).toBe('succeeded');
  expect(await environment.listEvents(run, 'steps.reset')).toEqual([]);
});

test('a control plane node that lost its etcd data is recreated by the rebuild that the error names', async () => {
  const { environment, process, run, resume } = await createFailedRun();
  await environment.compute.instances.delete({ ...ref, name: 'demo-controller-0' }, buildCall());
  await resume();
  expect(await environment.getOutcome(run)).toBe('failed');
  expect((await environment.listEvents(run, 'step.failed')).at(-1)).toMatchObject({
    step: 'etcd/demo-controller-0',
    error: { code: 'etcd-data-lost', remedy: expect.stringContaining('`/kthw rebuild demo --from etcd`') },
  });
  const request = { fromPhase: 'etcd', requester: environment.requester, channel: 'C1' };
  const rebuild = await environment.finishRun(process.clusterService.rebuildCluster('demo', request));
  expect(await environment.getOutcome(rebuild), await environment.describeLastEvents(rebuild)).toBe('succeeded');
});
