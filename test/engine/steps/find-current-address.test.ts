import { describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import type { RunEnvironment } from '../../fakes/run-environment.ts';
import { createReadyCluster } from '../../fixtures/ready-cluster.ts';

const ref = { name: 'demo-worker-0', zone: 'us-west1-c', region: 'us-west1' };
function buildCall() {
  return { requestId: `${Math.random()}`, signal: new AbortController().signal };
}

async function restart({ compute, clock }: RunEnvironment, name: string): Promise<void> {
  await compute.stopInstance({ ...ref, name }, buildCall());
  await compute.startInstance({ ...ref, name }, buildCall());
  await clock.sleep(60_000, new AbortController().signal);
}

describe('an instance that was stopped and started', () => {
  test('is reached at its new address, not at the recorded one', async () => {
    const { environment, process } = await createReadyCluster();
    const { compute, store } = environment;
    const recorded = (await store.read('cluster', 'demo'))?.value.outputs['external-address/demo-worker-0'];
    for (const name of ['demo-worker-0', 'demo-controller-0']) await restart(environment, name);
    const [worker] = compute.listInstances().filter(({ name }) => name === 'demo-worker-0');
    expect(worker?.externalAddress).not.toBe(recorded);
    const run = await environment.finishRun(process.clusterService.runSmokeTest('demo', environment.requester, 'C1'));
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
  });
});

/** The next observation before an operation reads no instance, as if the damage happened after the request. */
function hideFromNextRequest({ compute }: RunEnvironment): void {
  const error = () => new KthwError('cloud-unavailable', { doing: 'reading an instance' });
  compute.faults.plan({ call: /^get instances/, when: 'before', times: 2, error });
}

describe('a smoke test stops within a minute and names', () => {
  test('a stopped instance, with the command that starts it', async () => {
    const { environment, process } = await createReadyCluster();
    await environment.compute.stopInstance(ref, buildCall());
    hideFromNextRequest(environment);
    const startedAt = +environment.clock.now();
    const run = await environment.finishRun(process.clusterService.runSmokeTest('demo', environment.requester, 'C1'));
    expect((await environment.listEvents(run, 'step.failed')).at(-1)?.error).toMatchObject({
      code: 'instance-stopped',
      message: 'instance demo-worker-0 is stopped (TERMINATED)',
      remedy: 'start it with `gcloud compute instances start demo-worker-0 --zone us-west1-c`, then `/kthw resume`',
    });
    expect(+environment.clock.now() - startedAt).toBeLessThan(60_000);
  });

  test('a missing instance, with the command that recreates it', async () => {
    const { environment, process } = await createReadyCluster();
    await environment.compute.instances.delete(ref, buildCall());
    hideFromNextRequest(environment);
    const startedAt = +environment.clock.now();
    const run = await environment.finishRun(process.clusterService.runSmokeTest('demo', environment.requester, 'C1'));
    expect((await environment.listEvents(run, 'step.failed')).at(-1)?.error).toMatchObject({
      code: 'instance-missing',
      message: 'instance demo-worker-0 is missing',
      remedy: 'recreate it with `/kthw rebuild demo --from workers`',
    });
    expect(+environment.clock.now() - startedAt).toBeLessThan(60_000);
  });
});

test('a rebuild recreates a missing instance and everything on it', async () => {
  const { environment, process } = await createReadyCluster();
  await environment.compute.instances.delete(ref, buildCall());
  const request = { fromPhase: 'workers', requester: environment.requester, channel: 'C1' };
  const run = await environment.finishRun(process.clusterService.rebuildCluster('demo', request));
  expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
  expect(environment.compute.listResourceNames()).toContain('instances demo-worker-0');
});

test('a scale up with a stopped worker names it instead of waiting', async () => {
  const { environment, process } = await createReadyCluster();
  await environment.compute.stopInstance(ref, buildCall());
  hideFromNextRequest(environment);
  const request = { workers: 2, requester: environment.requester, channel: 'C1' };
  const run = await environment.finishRun(process.clusterService.scaleCluster('demo', request));
  expect(await environment.listEvents(run, 'step.failed')).toEqual(
    expect.arrayContaining([expect.objectContaining({ error: expect.objectContaining({ code: 'instance-stopped' }) })]),
  );
});
