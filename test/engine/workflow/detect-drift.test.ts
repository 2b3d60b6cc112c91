import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import { type Process, RunEnvironment } from '../../fakes/run-environment.ts';

const environments: RunEnvironment[] = [];
afterEach(async () => {
  for (const environment of environments.splice(0)) await environment.close();
});

const wide = { sourceRanges: ['0.0.0.0/0', '::/0'] };
const right = { sourceRanges: ['10.240.0.0/24', '10.200.0.0/16'] };

function createEnvironment(): { environment: RunEnvironment; process: Process } {
  const environment = new RunEnvironment();
  environments.push(environment);
  return { environment, process: environment.createProcess() };
}

async function conflictsOf(environment: RunEnvironment, run: string): Promise<string[]> {
  return (await environment.listEvents(run, 'step.conflicted')).map(({ step }) => step);
}

/** Whatever changes something, in the cloud or on a machine. */
function changes({ compute, ssh }: RunEnvironment): number {
  return (
    compute.faults.countCalls(/^(insert|delete|stop|start|setMachineType)/) +
    ssh.faults.countCalls(/^(write|make|undo)/)
  );
}

async function widened(): Promise<{ environment: RunEnvironment; process: Process }> {
  const { environment, process } = createEnvironment();
  await environment.createCluster(process, { workers: 2 });
  environment.compute.tamper('firewalls', 'demo-allow-internal', wide);
  return { environment, process };
}

test('a resume detects a rule that was changed after its step finished, before it changes anything', async () => {
  const { environment, process } = createEnvironment();
  environment.ssh.planExit(/^apply demo-worker-0 kubelet/, { exitCode: 1 }, 1_000);
  const run = await environment.createCluster(process);
  expect(await environment.getOutcome(run)).toBe('failed');
  environment.clearFaults();
  environment.compute.tamper('firewalls', 'demo-allow-internal', wide);

  const before = changes(environment);
  await process.clusterService.resumeRun('demo', environment.requester);
  await environment.waitForRun(run);
  expect(await environment.getOutcome(run)).toBe('failed');
  expect(await conflictsOf(environment, run)).toEqual(['firewall/demo-allow-internal']);
  const [shown] = await environment.listEvents(run, 'step.conflicted');
  expect(JSON.stringify(shown?.differences)).toContain('0.0.0.0/0, ::/0');
  expect(changes(environment)).toBe(before);

  environment.compute.tamper('firewalls', 'demo-allow-internal', right);
  await process.clusterService.createCluster({
    spec: await specOfRun(environment, run),
    requester: environment.requester,
    channel: 'C1',
  });
  await environment.waitForRun(run);
  expect(await environment.getOutcome(run)).toBe('succeeded');
});

test('a create observes nothing twice for drift detection', async () => {
  const { environment, process } = createEnvironment();
  await environment.createCluster(process);
  // Preflight, the step's own look, and the look once it is made.
  expect(environment.compute.faults.countCalls(/^get firewalls demo-allow-internal$/)).toBe(3);
});

test('a failed observation does not stop a resumed run', async () => {
  const { environment, process } = createEnvironment();
  environment.ssh.planExit(/^apply demo-worker-0 kubelet/, { exitCode: 1 }, 1_000);
  const run = await environment.createCluster(process);
  environment.clearFaults();
  const denied = () => new KthwError('cloud-denied', { doing: 'looking' });
  environment.compute.faults.plan({ call: /^get (firewalls|networks)/, when: 'before', times: 4, error: denied });
  await process.clusterService.resumeRun('demo', environment.requester);
  await environment.waitForRun(run);
  expect(await environment.getOutcome(run)).toBe('succeeded');
});

describe('a manual change of a resource to keep stops', () => {
  test.each([
    [
      'a rebuild',
      (p: Process, requester: RunEnvironment['requester']) =>
        p.clusterService.rebuildCluster('demo', { fromPhase: 'etcd', requester, channel: 'C1' }),
    ],
    [
      'a scaling down',
      (p: Process, requester: RunEnvironment['requester']) =>
        p.clusterService.scaleCluster('demo', { workers: 1, requester, channel: 'C1' }),
    ],
    [
      'a resize',
      (p: Process, requester: RunEnvironment['requester']) =>
        p.clusterService.resizeCluster('demo', { machineType: 'e2-standard-4', requester, channel: 'C1' }),
    ],
  ])('%s before the approval request and any deletion', async (_, ask) => {
    const { environment, process } = await widened();
    const before = changes(environment);
    const run = await environment.finishRun(ask(process, environment.requester));
    expect(await environment.getOutcome(run)).toBe('failed');
    expect(await conflictsOf(environment, run)).toEqual(['firewall/demo-allow-internal']);
    expect(await environment.listEvents(run, 'approval.requested')).toEqual([]);
    expect(changes(environment)).toBe(before);

    environment.compute.tamper('firewalls', 'demo-allow-internal', right);
    await process.clusterService.resumeRun('demo', environment.requester);
    await environment.waitForRun(run);
    expect(await environment.getOutcome(run)).toBe('succeeded');
  });

  test('does not stop a rebuild that deletes the resource', async () => {
    const { environment, process } = await widened();
    const run = await environment.finishRun(
      process.clusterService.rebuildCluster('demo', {
        fromPhase: 'firewall',
        requester: environment.requester,
        channel: 'C1',
      }),
    );
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect(await conflictsOf(environment, run)).toEqual([]);
  });
});

describe('after a failed scale-down', () => {
  const denied = () => new KthwError('cloud-denied', { doing: 'deleting' });

  async function halfScaled() {
    const { environment, process } = createEnvironment();
    await environment.createCluster(process, { workers: 3 });
    environment.compute.faults.plan({
      call: /^delete instances demo-worker-[12]/,
      when: 'before',
      times: 2,
      error: denied,
    });
    const run = await environment.finishRun(
      process.clusterService.scaleCluster('demo', { workers: 1, requester: environment.requester, channel: 'C1' }),
    );
    expect(await environment.getOutcome(run)).toBe('failed');
    expect(workersIn(environment)).toHaveLength(3);
    // Workers are removed one after the other, so that only the first delete failed.
    environment.clearFaults();
    return { environment, process, run };
  }

  test.each(['controllers', 'kubelet'])(
    'a rebuild from %s lists the remaining resources and deletes them',
    async (fromPhase) => {
      const { environment, process } = await halfScaled();
      const run = await environment.finishRun(
        process.clusterService.rebuildCluster('demo', { fromPhase, requester: environment.requester, channel: 'C1' }),
      );
      const [approvalRequest] = await environment.listEvents(run, 'approval.requested');
      expect(approvalRequest?.deletions.join()).toMatch(
        /instance demo-worker-1.*instance demo-worker-2|instance demo-worker-2.*instance demo-worker-1/,
      );
      expect(await environment.getOutcome(run)).toBe('succeeded');
      expect(workersIn(environment)).toEqual(['demo-worker-0']);
      expect(environment.compute.listResourceNames().filter((one) => one.startsWith('routes'))).toEqual([
        'routes demo-worker-0-pods',
      ]);
      expect((await environment.store.read('cluster', 'demo'))?.value.spec.workers).toBe(1);
    },
  );

  test('another scale deletes the surplus', async () => {
    const { environment, process } = await halfScaled();
    const run = await environment.finishRun(
      process.clusterService.scaleCluster('demo', { workers: 2, requester: environment.requester, channel: 'C1' }),
    );
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect(workersIn(environment)).toEqual(['demo-worker-0', 'demo-worker-1']);
  });

  test('the repeated scale resumes where it stopped', async () => {
    const { environment, process, run } = await halfScaled();
    expect(
      await process.clusterService.scaleCluster('demo', {
        workers: 1,
        requester: environment.requester,
        channel: 'C1',
      }),
    ).toEqual({ run });
    await environment.waitForRun(run);
    expect(workersIn(environment)).toEqual(['demo-worker-0']);
    // Done, it is done.
    expect(
      await process.clusterService.scaleCluster('demo', {
        workers: 1,
        requester: environment.requester,
        channel: 'C1',
      }),
    ).toHaveProperty('unchanged');
  });

  test('a rejected rebuild leaves the cluster with its last requested spec', async () => {
    const { environment, process } = await halfScaled();
    const answer = await process.clusterService.rebuildCluster('demo', {
      fromPhase: 'controllers',
      requester: environment.requester,
      channel: 'C1',
    });
    if (!('run' in answer)) throw new Error('no run was begun');
    for (
      let approvalRequest = await process.clusterService.getPendingApproval(answer.run);
      ;
      approvalRequest = await process.clusterService.getPendingApproval(answer.run)
    ) {
      if (
        approvalRequest &&
        'decided' in
          (await process.clusterService.decideApproval(
            answer.run,
            approvalRequest.digest,
            environment.requester,
            false,
          ))
      )
        break;
      await environment.clock.sleep(500, new AbortController().signal);
    }
    await environment.waitForRun(answer.run);
    expect(await environment.getOutcome(answer.run)).toBe('cancelled');
    expect((await environment.store.read('cluster', 'demo'))?.value.spec.workers).toBe(1);
    expect(workersIn(environment)).toHaveLength(3);
  });
});

function workersIn({ compute }: RunEnvironment): string[] {
  return compute
    .listInstances()
    .flatMap(({ name }) => (name.includes('worker') ? [name] : []))
    .sort();
}

async function specOfRun(environment: RunEnvironment, run: string) {
  const spec = (await environment.store.read('run', run))?.value.spec;
  if (!spec) throw new Error('no such run');
  return spec;
}
