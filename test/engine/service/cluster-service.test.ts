import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/workflow/errors.ts';
import type { ClusterSpec } from '../../../src/store/records.ts';
import { buildSpec, RunEnvironment } from '../../fakes/run-environment.ts';

const open: RunEnvironment[] = [];
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});

function aWorld(): RunEnvironment {
  const world = new RunEnvironment();
  open.push(world);
  return world;
}

function asked(world: RunEnvironment, changes: Partial<ClusterSpec> = {}) {
  return { spec: buildSpec(changes), requester: world.requester, channel: 'C1' };
}

describe('create', () => {
  test('begins a run that says who asked for it and where', async () => {
    const world = aWorld();
    const answer = await world.createProcess().clusterService.createCluster(asked(world));
    const run = runOf(answer);
    expect((await world.store.read('run', run))?.value).toMatchObject({
      operation: 'create',
      requestedBy: world.requester,
      channel: 'C1',
      open: true,
    });
    expect((await world.store.read('cluster', 'demo'))?.value).toMatchObject({
      state: 'provisioning',
      activeRun: run,
      runs: [run],
    });
  });

  test('asked again while it runs names who holds the cluster', async () => {
    const world = aWorld();
    const { clusterService } = world.createProcess();
    const run = runOf(await clusterService.createCluster(asked(world)));
    expect(await clusterService.createCluster(asked(world))).toMatchObject({
      activeRun: { run, operation: 'create', requester: world.requester },
    });
  });

  test('asked twice at the same moment begins one run', async () => {
    const world = aWorld();
    const answers = await Promise.all(
      [world.createProcess(), world.createProcess(), world.createProcess()].map(({ clusterService }) =>
        clusterService.createCluster(asked(world)),
      ),
    );
    const begun = answers.filter((answer) => 'run' in answer);
    expect(begun.length).toBe(1);
    expect(answers.filter((answer) => 'activeRun' in answer && answer.activeRun.run === runOf(begun[0])).length).toBe(
      2,
    );
    await world.waitForRun(runOf(begun[0]));
    expect((await world.store.read('cluster', 'demo'))?.value.runs).toEqual([runOf(begun[0])]);
  });

  test('of a cluster that is ready changes nothing', async () => {
    const world = aWorld();
    const process = world.createProcess();
    await world.createCluster(process);
    expect(await process.clusterService.createCluster(asked(world))).toMatchObject({ unchanged: { state: 'ready' } });
  });

  test('with other values says which, and insisting on a size is none', async () => {
    const world = aWorld();
    const process = world.createProcess();
    await world.createCluster(process);
    expect(await process.clusterService.createCluster(asked(world, { workers: 2, forceSize: true }))).toEqual({
      differences: [{ field: 'workers', desired: '2', actual: '1' }],
    });
  });

  test('of a cluster that failed goes on with its run', async () => {
    const world = aWorld();
    const process = world.createProcess();
    world.compute.faults.plan({
      call: /^insert instances/,
      when: 'before',
      error: () => new KthwError('quota', { doing: 'x' }),
    });
    const run = await world.createCluster(process);
    expect(await world.getOutcome(run)).toBe('failed');
    expect(await world.finishRun(process.clusterService.createCluster(asked(world)))).toBe(run);
    expect(await world.getOutcome(run)).toBe('succeeded');
  });

  test('of a cluster that was deleted begins anew, for who asks now, with other secrets', async () => {
    const world = aWorld();
    const process = world.createProcess();
    await world.createCluster(process);
    await world.finishRun(process.clusterService.deleteCluster('demo', world.requester, 'C1'));
    const requester = { team: 'T1', user: 'U2' };
    const run = await world.finishRun(
      process.clusterService.createCluster({ spec: buildSpec(), requester, channel: 'C2' }),
    );
    expect(await world.getOutcome(run)).toBe('succeeded');
    expect((await world.store.read('cluster', 'demo'))?.value).toMatchObject({
      state: 'ready',
      createdBy: requester,
      channel: 'C2',
    });
    expect(world.vaults.countGenerated('demo', 'ca')).toBe(2);
  });
});

describe('run ids', () => {
  test('sort by the time at which the runs were asked for', async () => {
    const world = aWorld();
    const { clusterService } = world.createProcess();
    const ids: string[] = [];
    for (const name of ['c', 'a', 'b']) {
      ids.push(runOf(await clusterService.createCluster(asked(world, { name }))));
      world.clock.jump(1);
    }
    expect(ids.toSorted()).toEqual(ids);
    expect(await world.store.listOpenRuns()).toEqual(ids);
  });
});

describe('cancel', () => {
  test('stops a run within the time of one look, and leaves it to be resumed', async () => {
    const world = aWorld();
    const { clusterService } = world.createProcess();
    const run = runOf(await clusterService.createCluster(asked(world)));
    await untilMachines(world);
    const from = +world.clock.now();
    expect(await clusterService.cancelRun('demo', world.requester)).toEqual({ run });
    await world.waitForRun(run);
    expect(+world.clock.now() - from).toBeLessThan(3_000);
    expect(await world.getOutcome(run)).toBe('cancelled');
    expect((await world.store.read('cluster', 'demo'))?.value).toMatchObject({ state: 'cancelled' });
    expect((await world.store.read('cluster', 'demo'))?.value.activeRun).toBeUndefined();

    expect(await world.finishRun(clusterService.resumeRun('demo', world.requester))).toBe(run);
    expect(await world.getOutcome(run)).toBe('succeeded');
    expect([...world.compute.getInsertCounts().values()].every((times) => times === 1)).toBe(true);
  });

  test('of nothing that runs changes nothing', async () => {
    const world = aWorld();
    const process = world.createProcess();
    await world.createCluster(process);
    expect(await process.clusterService.cancelRun('demo', world.requester)).toHaveProperty('unchanged');
    expect(await process.clusterService.cancelRun('other', world.requester)).toEqual({ notFound: true });
  });

  test('by one process stops a run that another carries', async () => {
    const world = aWorld();
    const run = runOf(await world.createProcess().clusterService.createCluster(asked(world)));
    await untilMachines(world);
    await world.createProcess().clusterService.cancelRun('demo', world.requester);
    await world.waitForRun(run);
    expect(await world.getOutcome(run)).toBe('cancelled');
  });
});

describe('resume', () => {
  test('of a run that is not over names who holds the cluster', async () => {
    const world = aWorld();
    const { clusterService: desk } = world.createProcess();
    const run = runOf(await desk.createCluster(asked(world)));
    expect(await desk.resumeRun('demo', world.requester)).toMatchObject({ activeRun: { run } });
  });

  test('of a cluster that is complete changes nothing, and of one that there is not says so', async () => {
    const world = aWorld();
    const process = world.createProcess();
    await world.createCluster(process);
    expect(await process.clusterService.resumeRun('demo', world.requester)).toHaveProperty('unchanged');
    expect(await process.clusterService.resumeRun('other', world.requester)).toEqual({ notFound: true });
  });

  test('goes on with what was postponed, and the cluster stays ready meanwhile', async () => {
    const world = aWorld();
    const process = world.createProcess();
    world.kube.missingImages.add('coredns');
    const run = await world.createCluster(process);
    expect(await world.getOutcome(run)).toBe('succeeded');
    const troubles = (await process.clusterService.getRunView(run))?.problems;
    expect(troubles?.map(({ step, error }) => [step, error?.code])).toEqual([
      ['dns/runs', 'image-unavailable'],
      ['dns/resolves', 'image-unavailable'],
    ]);
    world.clearFaults();
    expect(runOf(await process.clusterService.resumeRun('demo', world.requester))).toBe(run);
    expect((await world.store.read('cluster', 'demo'))?.value.state).toBe('ready');
    await world.waitForRun(run);
    expect((await process.clusterService.getRunView(run))?.problems).toEqual([]);
  });

  test('goes on with a smoke test whose image was missing, and clears it up then', async () => {
    const world = aWorld();
    const process = world.createProcess();
    world.kube.missingImages.add('nginx');
    const run = await world.createCluster(process);
    expect(await world.getOutcome(run), await world.describeLastEvents(run)).toBe('succeeded');
    const troubles = (await process.clusterService.getRunView(run))?.problems ?? [];
    expect(new Set(troubles.map(({ error }) => error?.code))).toEqual(new Set(['image-unavailable']));
    expect(troubles.map(({ step }) => step)).toContain('smoke/cleared');
    world.clearFaults();
    await world.finishRun(process.clusterService.resumeRun('demo', world.requester));
    expect((await process.clusterService.getRunView(run))?.problems).toEqual([]);
    await world.clock.sleep(60_000, new AbortController().signal);
    const address = String((await world.store.read('cluster', 'demo'))?.value.outputs['public-address']);
    expect(world.kube.listObjectPaths(address).filter((path) => path.includes('kthw-smoke'))).toEqual([]);
  });

  test('asked for twice at the same moment goes on once', async () => {
    const world = aWorld();
    const process = world.createProcess();
    world.compute.faults.plan({
      call: /^insert instances/,
      when: 'before',
      error: () => new KthwError('quota', { doing: 'x' }),
    });
    const run = await world.createCluster(process);
    const answers = await Promise.all(
      [process, world.createProcess()].map(({ clusterService }) => clusterService.resumeRun('demo', world.requester)),
    );
    expect(answers.filter((answer) => 'run' in answer).length).toBe(1);
    await world.waitForRun(run);
    expect((await world.listEvents(run, 'run.resumed')).length).toBe(1);
  });
});

describe('delete', () => {
  test('takes a cluster from the create that still runs, waits for it to stop, and leaves nothing', async () => {
    const world = aWorld();
    const { clusterService: desk } = world.createProcess();
    const creating = runOf(await desk.createCluster(asked(world)));
    await untilMachines(world);
    const deleting = await world.finishRun(desk.deleteCluster('demo', world.requester, 'C1'));
    expect([await world.getOutcome(creating), await world.getOutcome(deleting)]).toEqual(['cancelled', 'succeeded']);
    expect(world.compute.listResourceNames()).toEqual([]);
    expect((await world.store.read('cluster', 'demo'))?.value).toMatchObject({ state: 'deleted', outputs: {} });
    const ends = await lastAt(world, creating);
    const begins = (await world.store.readEvents(deleting)).find(({ event }) => event.type === 'step.started');
    expect(+(begins?.at ?? 0)).toBeGreaterThanOrEqual(ends);
    expect(await desk.getStatus('demo')).toBeUndefined();
  });

  test('is not taken from by a create', async () => {
    const world = aWorld();
    const process = world.createProcess();
    await world.createCluster(process);
    const run = runOf(await process.clusterService.deleteCluster('demo', world.requester, 'C1'));
    expect(await process.clusterService.createCluster(asked(world))).toMatchObject({
      activeRun: { run, operation: 'delete' },
    });
    expect(await process.clusterService.deleteCluster('demo', world.requester, 'C1')).toMatchObject({
      activeRun: { run },
    });
  });

  test('leaves what bears a name of the cluster and is somebody else’s', async () => {
    const world = aWorld();
    const process = world.createProcess();
    await world.createCluster(process);
    world.compute.tamper('firewalls', 'demo-allow-internal', { description: 'by hand', network: 'theirs' });
    const run = await world.finishRun(process.clusterService.deleteCluster('demo', world.requester, 'C1'));
    expect(await world.getOutcome(run)).toBe('succeeded');
    expect(world.compute.listResourceNames()).toEqual(['firewalls demo-allow-internal']);
  });

  test.each<[string, (world: RunEnvironment) => void, boolean]>([
    ['has failed', (w) => w.compute.faults.plan({ ...denied, call: /^delete instances demo-worker-2/ }), true],
    ['still runs', () => {}, false],
  ])('finds the workers that a scaling has left which %s', async (_, goesWrong, ends) => {
    const world = aWorld();
    const process = world.createProcess();
    await world.createCluster(process, { workers: 3 });
    goesWrong(world);
    const scaling = runOf(
      await process.clusterService.scaleCluster('demo', { workers: 1, requester: world.requester, channel: 'C1' }),
    );
    if (ends) await world.waitForRun(scaling);
    else await world.clock.sleep(5_000, new AbortController().signal);
    const deleting = await world.finishRun(process.clusterService.deleteCluster('demo', world.requester, 'C1'));
    expect(await world.getOutcome(scaling)).toBe(ends ? 'failed' : 'cancelled');
    expect(await world.getOutcome(deleting)).toBe('succeeded');
    expect(world.compute.listResourceNames()).toEqual([]);
  });

  test('of a cluster that there is not says so', async () => {
    const world = aWorld();
    expect(await world.createProcess().clusterService.deleteCluster('demo', world.requester, 'C1')).toEqual({
      notFound: true,
    });
  });
});

describe('a process that ends while somebody asks', () => {
  test.each([1, 2, 3, 4, 5])('leaves nothing that runs beside the next run (after write %i)', async (nth) => {
    const world = aWorld();
    let writes = 0;
    const victim = world.createProcess({
      onStoreCall: (call, when, kill) => {
        if (when === 'after' && ['write', 'append'].includes(call) && ++writes === nth) kill();
      },
    });
    const answer = await victim.clusterService.createCluster(asked(world)).catch(() => undefined);
    await victim.kill();
    const heir = world.createProcess();
    await heir.start();
    const again = await heir.clusterService.createCluster(asked(world));
    for (const run of await world.store.listOpenRuns()) await world.waitForRun(run);
    const record = (await world.store.read('cluster', 'demo'))?.value;
    expect(record).toMatchObject({ state: 'ready', runs: [expect.any(String)] });
    expect(answer === undefined || 'activeRun' in again || 'unchanged' in again).toBe(true);
    const begun = (await world.store.list('run')).map(({ id }) => id);
    const driven = await Promise.all(begun.map(async (run) => (await world.listEvents(run, 'run.claimed')).length > 0));
    expect(driven.filter(Boolean).length).toBe(1);
  });
});

describe('a kubeconfig', () => {
  test('is for clusters that are ready, and is a secret', async () => {
    const world = aWorld();
    const process = world.createProcess();
    const run = runOf(await process.clusterService.createCluster(asked(world)));
    expect(await process.clusterService.issueKubeconfig('demo', world.requester)).toEqual({ notReady: 'provisioning' });
    await world.waitForRun(run);
    const given = await process.clusterService.issueKubeconfig('demo', world.requester, 2);
    if (!given || 'notReady' in given) throw new Error('no kubeconfig was given');
    expect(JSON.stringify(given)).not.toContain('client-key-data');
    expect(given.file.reveal()).toContain('client-key-data');
    expect(+given.expiresAt - +world.clock.now()).toBe(2 * 3_600_000);
    expect(await process.clusterService.issueKubeconfig('other', world.requester)).toBeUndefined();
  });
});

const denied = { when: 'before', error: () => new KthwError('cloud-denied', { doing: 'x' }) } as const;

function runOf(answer: object | undefined): string {
  if (!answer || !('run' in answer)) throw new Error(`no run was begun: ${JSON.stringify(answer)}`);
  return String(answer.run);
}

/** Until machines are being made. */
async function untilMachines(world: RunEnvironment): Promise<void> {
  for (let i = 0; i < 1_000 && !world.compute.listResourceNames().some((name) => name.startsWith('instances')); i++) {
    await world.clock.sleep(100, new AbortController().signal);
  }
}

async function lastAt(world: RunEnvironment, run: string): Promise<number> {
  return +((await world.store.readEvents(run)).at(-1)?.at ?? 0);
}
