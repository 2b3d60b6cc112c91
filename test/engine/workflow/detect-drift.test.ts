import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/workflow/errors.ts';
import { type Process, RunEnvironment } from '../../fakes/run-environment.ts';

const worlds: RunEnvironment[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

const wide = { sourceRanges: ['0.0.0.0/0', '::/0'] };
const right = { sourceRanges: ['10.240.0.0/24', '10.200.0.0/16'] };

function aWorld(): { world: RunEnvironment; process: Process } {
  const world = new RunEnvironment();
  worlds.push(world);
  return { world, process: world.createProcess() };
}

async function conflictsOf(world: RunEnvironment, run: string): Promise<string[]> {
  return (await world.listEvents(run, 'step.conflicted')).map(({ step }) => step);
}

/** Whatever changes something, in the cloud or on a machine. */
function changes({ compute, ssh }: RunEnvironment): number {
  return (
    compute.faults.countCalls(/^(insert|delete|stop|start|setMachineType)/) +
    ssh.faults.countCalls(/^(write|make|undo)/)
  );
}

async function widened(): Promise<{ world: RunEnvironment; process: Process }> {
  const { world, process } = aWorld();
  await world.createCluster(process, { workers: 2 });
  world.compute.tamper('firewalls', 'demo-allow-internal', wide);
  return { world, process };
}

test('a rule that was widened after its step was done is seen when the run is resumed, before anything is changed', async () => {
  const { world, process } = aWorld();
  world.ssh.planExit(/^make demo-worker-0 kubelet/, { exitCode: 1 }, 1_000);
  const run = await world.createCluster(process);
  expect(await world.getOutcome(run)).toBe('failed');
  world.clearFaults();
  world.compute.tamper('firewalls', 'demo-allow-internal', wide);

  const before = changes(world);
  await process.clusterService.resumeRun('demo', world.requester);
  await world.waitForRun(run);
  expect(await world.getOutcome(run)).toBe('failed');
  expect(await conflictsOf(world, run)).toEqual(['firewall/demo-allow-internal']);
  const [shown] = await world.listEvents(run, 'step.conflicted');
  expect(JSON.stringify(shown?.differences)).toContain('0.0.0.0/0, ::/0');
  expect(changes(world)).toBe(before);

  world.compute.tamper('firewalls', 'demo-allow-internal', right);
  await process.clusterService.createCluster({
    spec: await specOfRun(world, run),
    requester: world.requester,
    channel: 'C1',
  });
  await world.waitForRun(run);
  expect(await world.getOutcome(run)).toBe('succeeded');
});

test('a create looks at nothing twice for it', async () => {
  const { world, process } = aWorld();
  await world.createCluster(process);
  // Preflight, the step's own look, and the look once it is made.
  expect(world.compute.faults.countCalls(/^get firewalls demo-allow-internal$/)).toBe(3);
});

test('a look that fails keeps no resumed run from going on', async () => {
  const { world, process } = aWorld();
  world.ssh.planExit(/^make demo-worker-0 kubelet/, { exitCode: 1 }, 1_000);
  const run = await world.createCluster(process);
  world.clearFaults();
  const denied = () => new KthwError('cloud-denied', { doing: 'looking' });
  world.compute.faults.plan({ call: /^get (firewalls|networks)/, when: 'before', times: 4, error: denied });
  await process.clusterService.resumeRun('demo', world.requester);
  await world.waitForRun(run);
  expect(await world.getOutcome(run)).toBe('succeeded');
});

describe('what is to stay and was changed by hand stops', () => {
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
  ])('%s before anybody is asked and anything is taken away', async (_, ask) => {
    const { world, process } = await widened();
    const before = changes(world);
    const run = await world.finishRun(ask(process, world.requester));
    expect(await world.getOutcome(run)).toBe('failed');
    expect(await conflictsOf(world, run)).toEqual(['firewall/demo-allow-internal']);
    expect(await world.listEvents(run, 'approval.requested')).toEqual([]);
    expect(changes(world)).toBe(before);

    world.compute.tamper('firewalls', 'demo-allow-internal', right);
    await process.clusterService.resumeRun('demo', world.requester);
    await world.waitForRun(run);
    expect(await world.getOutcome(run)).toBe('succeeded');
  });

  test('and what a rebuild takes down may look as it likes', async () => {
    const { world, process } = await widened();
    const run = await world.finishRun(
      process.clusterService.rebuildCluster('demo', {
        fromPhase: 'firewall',
        requester: world.requester,
        channel: 'C1',
      }),
    );
    expect(await world.getOutcome(run)).toBe('succeeded');
    expect(await conflictsOf(world, run)).toEqual([]);
  });
});

describe('after a scaling down that failed on its way', () => {
  const denied = () => new KthwError('cloud-denied', { doing: 'deleting' });

  async function halfScaled() {
    const { world, process } = aWorld();
    await world.createCluster(process, { workers: 3 });
    world.compute.faults.plan({ call: /^delete instances demo-worker-[12]/, when: 'before', times: 2, error: denied });
    const run = await world.finishRun(
      process.clusterService.scaleCluster('demo', { workers: 1, requester: world.requester, channel: 'C1' }),
    );
    expect(await world.getOutcome(run)).toBe('failed');
    expect(workersIn(world)).toHaveLength(3);
    return { world, process, run };
  }

  test.each(['controllers', 'kubelet'])(
    'a rebuild from %s names what is left, and takes it away',
    async (fromPhase) => {
      const { world, process } = await halfScaled();
      const run = await world.finishRun(
        process.clusterService.rebuildCluster('demo', { fromPhase, requester: world.requester, channel: 'C1' }),
      );
      const [asked] = await world.listEvents(run, 'approval.requested');
      expect(asked?.deletions.join()).toMatch(
        /machine demo-worker-1.*machine demo-worker-2|machine demo-worker-2.*machine demo-worker-1/,
      );
      expect(await world.getOutcome(run)).toBe('succeeded');
      expect(workersIn(world)).toEqual(['demo-worker-0']);
      expect(world.compute.listResourceNames().filter((one) => one.startsWith('routes'))).toEqual([
        'routes demo-worker-0-pods',
      ]);
      expect((await world.store.read('cluster', 'demo'))?.value.spec.workers).toBe(1);
    },
  );

  test('another scaling takes away what is too many', async () => {
    const { world, process } = await halfScaled();
    const run = await world.finishRun(
      process.clusterService.scaleCluster('demo', { workers: 2, requester: world.requester, channel: 'C1' }),
    );
    expect(await world.getOutcome(run)).toBe('succeeded');
    expect(workersIn(world)).toEqual(['demo-worker-0', 'demo-worker-1']);
  });

  test('the same scaling goes on where it stopped', async () => {
    const { world, process, run } = await halfScaled();
    expect(
      await process.clusterService.scaleCluster('demo', { workers: 1, requester: world.requester, channel: 'C1' }),
    ).toEqual({ run });
    await world.waitForRun(run);
    expect(workersIn(world)).toEqual(['demo-worker-0']);
    // Done, it is done.
    expect(
      await process.clusterService.scaleCluster('demo', { workers: 1, requester: world.requester, channel: 'C1' }),
    ).toHaveProperty('unchanged');
  });

  test('a rebuild that nobody wants leaves the cluster as it was asked for last', async () => {
    const { world, process } = await halfScaled();
    const answer = await process.clusterService.rebuildCluster('demo', {
      fromPhase: 'controllers',
      requester: world.requester,
      channel: 'C1',
    });
    if (!('run' in answer)) throw new Error('no run was begun');
    for (
      let asked = await process.clusterService.getPendingApproval(answer.run);
      ;
      asked = await process.clusterService.getPendingApproval(answer.run)
    ) {
      if (
        asked &&
        'decided' in (await process.clusterService.decideApproval(answer.run, asked.digest, world.requester, false))
      )
        break;
      await world.clock.sleep(500, new AbortController().signal);
    }
    await world.waitForRun(answer.run);
    expect(await world.getOutcome(answer.run)).toBe('cancelled');
    expect((await world.store.read('cluster', 'demo'))?.value.spec.workers).toBe(1);
    expect(workersIn(world)).toHaveLength(3);
  });
});

function workersIn({ compute }: RunEnvironment): string[] {
  return compute
    .listInstances()
    .flatMap(({ name }) => (name.includes('worker') ? [name] : []))
    .sort();
}

async function specOfRun(world: RunEnvironment, run: string) {
  const spec = (await world.store.read('run', run))?.value.spec;
  if (!spec) throw new Error('no such run');
  return spec;
}
