import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/workflow/errors.ts';
import type { ClusterSpec } from '../../../src/store/records.ts';
import { specOf, World } from '../../fakes/run-environment.ts';

const open: World[] = [];
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});

function aWorld(): World {
  const world = new World();
  open.push(world);
  return world;
}

function asked(world: World, changes: Partial<ClusterSpec> = {}) {
  return { spec: specOf(changes), requester: world.by, channel: 'C1' };
}

describe('create', () => {
  test('begins a run that says who asked for it and where', async () => {
    const world = aWorld();
    const answer = await world.process().desk.createCluster(asked(world));
    const run = runOf(answer);
    expect((await world.store.read('run', run))?.value).toMatchObject({
      operation: 'create',
      requestedBy: world.by,
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
    const { desk } = world.process();
    const run = runOf(await desk.createCluster(asked(world)));
    expect(await desk.createCluster(asked(world))).toMatchObject({
      activeRun: { run, operation: 'create', requester: world.by },
    });
  });

  test('asked twice at the same moment begins one run', async () => {
    const world = aWorld();
    const answers = await Promise.all(
      [world.process(), world.process(), world.process()].map(({ desk }) => desk.createCluster(asked(world))),
    );
    const begun = answers.filter((answer) => 'run' in answer);
    expect(begun.length).toBe(1);
    expect(answers.filter((answer) => 'activeRun' in answer && answer.activeRun.run === runOf(begun[0])).length).toBe(
      2,
    );
    await world.over(runOf(begun[0]));
    expect((await world.store.read('cluster', 'demo'))?.value.runs).toEqual([runOf(begun[0])]);
  });

  test('of a cluster that is ready changes nothing', async () => {
    const world = aWorld();
    const process = world.process();
    await world.create(process);
    expect(await process.desk.createCluster(asked(world))).toMatchObject({ unchanged: { state: 'ready' } });
  });

  test('with other values says which, and insisting on a size is none', async () => {
    const world = aWorld();
    const process = world.process();
    await world.create(process);
    expect(await process.desk.createCluster(asked(world, { workers: 2, forceSize: true }))).toEqual({
      differences: [{ field: 'workers', desired: '2', actual: '1' }],
    });
  });

  test('of a cluster that failed goes on with its run', async () => {
    const world = aWorld();
    const process = world.process();
    world.cloud.faults.plan({
      call: /^insert instances/,
      when: 'before',
      error: () => new KthwError('quota', { doing: 'x' }),
    });
    const run = await world.create(process);
    expect(await world.endOf(run)).toBe('failed');
    expect(await world.finish(process.desk.createCluster(asked(world)))).toBe(run);
    expect(await world.endOf(run)).toBe('succeeded');
  });

  test('of a cluster that was deleted begins anew, for who asks now, with other secrets', async () => {
    const world = aWorld();
    const process = world.process();
    await world.create(process);
    await world.finish(process.desk.deleteCluster('demo', world.by, 'C1'));
    const requester = { team: 'T1', user: 'U2' };
    const run = await world.finish(process.desk.createCluster({ spec: specOf(), requester, channel: 'C2' }));
    expect(await world.endOf(run)).toBe('succeeded');
    expect((await world.store.read('cluster', 'demo'))?.value).toMatchObject({
      state: 'ready',
      createdBy: requester,
      channel: 'C2',
    });
    expect(world.vaults.makes('demo', 'ca')).toBe(2);
  });
});

describe('run ids', () => {
  test('sort by the time at which the runs were asked for', async () => {
    const world = aWorld();
    const { desk } = world.process();
    const ids: string[] = [];
    for (const name of ['c', 'a', 'b']) {
      ids.push(runOf(await desk.createCluster(asked(world, { name }))));
      world.clock.jump(1);
    }
    expect(ids.toSorted()).toEqual(ids);
    expect(await world.store.listOpenRuns()).toEqual(ids);
  });
});

describe('cancel', () => {
  test('stops a run within the time of one look, and leaves it to be resumed', async () => {
    const world = aWorld();
    const { desk } = world.process();
    const run = runOf(await desk.createCluster(asked(world)));
    await untilMachines(world);
    const from = +world.clock.now();
    expect(await desk.cancelRun('demo', world.by)).toEqual({ run });
    await world.over(run);
    expect(+world.clock.now() - from).toBeLessThan(3_000);
    expect(await world.endOf(run)).toBe('cancelled');
    expect((await world.store.read('cluster', 'demo'))?.value).toMatchObject({ state: 'cancelled' });
    expect((await world.store.read('cluster', 'demo'))?.value.activeRun).toBeUndefined();

    expect(await world.finish(desk.resumeRun('demo', world.by))).toBe(run);
    expect(await world.endOf(run)).toBe('succeeded');
    expect([...world.cloud.allMade().values()].every((times) => times === 1)).toBe(true);
  });

  test('of nothing that runs changes nothing', async () => {
    const world = aWorld();
    const process = world.process();
    await world.create(process);
    expect(await process.desk.cancelRun('demo', world.by)).toHaveProperty('unchanged');
    expect(await process.desk.cancelRun('other', world.by)).toEqual({ notFound: true });
  });

  test('by one process stops a run that another carries', async () => {
    const world = aWorld();
    const run = runOf(await world.process().desk.createCluster(asked(world)));
    await untilMachines(world);
    await world.process().desk.cancelRun('demo', world.by);
    await world.over(run);
    expect(await world.endOf(run)).toBe('cancelled');
  });
});

describe('resume', () => {
  test('of a run that is not over names who holds the cluster', async () => {
    const world = aWorld();
    const { desk } = world.process();
    const run = runOf(await desk.createCluster(asked(world)));
    expect(await desk.resumeRun('demo', world.by)).toMatchObject({ activeRun: { run } });
  });

  test('of a cluster that is complete changes nothing, and of one that there is not says so', async () => {
    const world = aWorld();
    const process = world.process();
    await world.create(process);
    expect(await process.desk.resumeRun('demo', world.by)).toHaveProperty('unchanged');
    expect(await process.desk.resumeRun('other', world.by)).toEqual({ notFound: true });
  });

  test('goes on with what was postponed, and the cluster stays ready meanwhile', async () => {
    const world = aWorld();
    const process = world.process();
    world.kube.missingImages.add('coredns');
    const run = await world.create(process);
    expect(await world.endOf(run)).toBe('succeeded');
    const troubles = (await process.desk.getRunView(run))?.problems;
    expect(troubles?.map(({ step, error }) => [step, error?.code])).toEqual([
      ['dns/runs', 'image-unavailable'],
      ['dns/resolves', 'image-unavailable'],
    ]);
    world.mend();
    expect(runOf(await process.desk.resumeRun('demo', world.by))).toBe(run);
    expect((await world.store.read('cluster', 'demo'))?.value.state).toBe('ready');
    await world.over(run);
    expect((await process.desk.getRunView(run))?.problems).toEqual([]);
  });

  test('goes on with a smoke test whose image was missing, and clears it up then', async () => {
    const world = aWorld();
    const process = world.process();
    world.kube.missingImages.add('nginx');
    const run = await world.create(process);
    expect(await world.endOf(run), await world.tail(run)).toBe('succeeded');
    const troubles = (await process.desk.getRunView(run))?.problems ?? [];
    expect(new Set(troubles.map(({ error }) => error?.code))).toEqual(new Set(['image-unavailable']));
    expect(troubles.map(({ step }) => step)).toContain('smoke/cleared');
    world.mend();
    await world.finish(process.desk.resumeRun('demo', world.by));
    expect((await process.desk.getRunView(run))?.problems).toEqual([]);
    await world.clock.sleep(60_000, new AbortController().signal);
    const address = String((await world.store.read('cluster', 'demo'))?.value.outputs['public-address']);
    expect(world.kube.objects(address).filter((path) => path.includes('kthw-smoke'))).toEqual([]);
  });

  test('asked for twice at the same moment goes on once', async () => {
    const world = aWorld();
    const process = world.process();
    world.cloud.faults.plan({
      call: /^insert instances/,
      when: 'before',
      error: () => new KthwError('quota', { doing: 'x' }),
    });
    const run = await world.create(process);
    const answers = await Promise.all([process, world.process()].map(({ desk }) => desk.resumeRun('demo', world.by)));
    expect(answers.filter((answer) => 'run' in answer).length).toBe(1);
    await world.over(run);
    expect((await world.eventsOf(run, 'run.resumed')).length).toBe(1);
  });
});

describe('delete', () => {
  test('takes a cluster from the create that still runs, waits for it to stop, and leaves nothing', async () => {
    const world = aWorld();
    const { desk } = world.process();
    const creating = runOf(await desk.createCluster(asked(world)));
    await untilMachines(world);
    const deleting = await world.finish(desk.deleteCluster('demo', world.by, 'C1'));
    expect([await world.endOf(creating), await world.endOf(deleting)]).toEqual(['cancelled', 'succeeded']);
    expect(world.cloud.existing()).toEqual([]);
    expect((await world.store.read('cluster', 'demo'))?.value).toMatchObject({ state: 'deleted', outputs: {} });
    const ends = await lastAt(world, creating);
    const begins = (await world.store.readEvents(deleting)).find(({ event }) => event.type === 'step.started');
    expect(+(begins?.at ?? 0)).toBeGreaterThanOrEqual(ends);
    expect(await desk.getStatus('demo')).toBeUndefined();
  });

  test('is not taken from by a create', async () => {
    const world = aWorld();
    const process = world.process();
    await world.create(process);
    const run = runOf(await process.desk.deleteCluster('demo', world.by, 'C1'));
    expect(await process.desk.createCluster(asked(world))).toMatchObject({ activeRun: { run, operation: 'delete' } });
    expect(await process.desk.deleteCluster('demo', world.by, 'C1')).toMatchObject({ activeRun: { run } });
  });

  test('leaves what bears a name of the cluster and is somebody else’s', async () => {
    const world = aWorld();
    const process = world.process();
    await world.create(process);
    world.cloud.tamper('firewalls', 'demo-allow-internal', { description: 'by hand', network: 'theirs' });
    const run = await world.finish(process.desk.deleteCluster('demo', world.by, 'C1'));
    expect(await world.endOf(run)).toBe('succeeded');
    expect(world.cloud.existing()).toEqual(['firewalls demo-allow-internal']);
  });

  test.each<[string, (world: World) => void, boolean]>([
    ['has failed', (w) => w.cloud.faults.plan({ ...denied, call: /^delete instances demo-worker-2/ }), true],
    ['still runs', () => {}, false],
  ])('finds the workers that a scaling has left which %s', async (_, goesWrong, ends) => {
    const world = aWorld();
    const process = world.process();
    await world.create(process, { workers: 3 });
    goesWrong(world);
    const scaling = runOf(await process.desk.scaleCluster('demo', { workers: 1, requester: world.by, channel: 'C1' }));
    if (ends) await world.over(scaling);
    else await world.clock.sleep(5_000, new AbortController().signal);
    const deleting = await world.finish(process.desk.deleteCluster('demo', world.by, 'C1'));
    expect(await world.endOf(scaling)).toBe(ends ? 'failed' : 'cancelled');
    expect(await world.endOf(deleting)).toBe('succeeded');
    expect(world.cloud.existing()).toEqual([]);
  });

  test('of a cluster that there is not says so', async () => {
    const world = aWorld();
    expect(await world.process().desk.deleteCluster('demo', world.by, 'C1')).toEqual({ notFound: true });
  });
});

describe('a process that ends while somebody asks', () => {
  test.each([1, 2, 3, 4, 5])('leaves nothing that runs beside the next run (after write %i)', async (nth) => {
    const world = aWorld();
    let writes = 0;
    const victim = world.process({
      atStore: (call, when, kill) => {
        if (when === 'after' && ['write', 'append'].includes(call) && ++writes === nth) kill();
      },
    });
    const answer = await victim.desk.createCluster(asked(world)).catch(() => undefined);
    await victim.kill();
    const heir = world.process();
    await heir.start();
    const again = await heir.desk.createCluster(asked(world));
    for (const run of await world.store.listOpenRuns()) await world.over(run);
    const record = (await world.store.read('cluster', 'demo'))?.value;
    expect(record).toMatchObject({ state: 'ready', runs: [expect.any(String)] });
    expect(answer === undefined || 'activeRun' in again || 'unchanged' in again).toBe(true);
    const begun = (await world.store.list('run')).map(({ id }) => id);
    const driven = await Promise.all(begun.map(async (run) => (await world.eventsOf(run, 'run.claimed')).length > 0));
    expect(driven.filter(Boolean).length).toBe(1);
  });
});

describe('a kubeconfig', () => {
  test('is for clusters that are ready, and is a secret', async () => {
    const world = aWorld();
    const process = world.process();
    const run = runOf(await process.desk.createCluster(asked(world)));
    expect(await process.desk.issueKubeconfig('demo', world.by)).toEqual({ notReady: 'provisioning' });
    await world.over(run);
    const given = await process.desk.issueKubeconfig('demo', world.by, 2);
    if (!given || 'notReady' in given) throw new Error('no kubeconfig was given');
    expect(JSON.stringify(given)).not.toContain('client-key-data');
    expect(given.file.reveal()).toContain('client-key-data');
    expect(+given.expiresAt - +world.clock.now()).toBe(2 * 3_600_000);
    expect(await process.desk.issueKubeconfig('other', world.by)).toBeUndefined();
  });
});

const denied = { when: 'before', error: () => new KthwError('cloud-denied', { doing: 'x' }) } as const;

function runOf(answer: object | undefined): string {
  if (!answer || !('run' in answer)) throw new Error(`no run was begun: ${JSON.stringify(answer)}`);
  return String(answer.run);
}

/** Until machines are being made. */
async function untilMachines(world: World): Promise<void> {
  for (let i = 0; i < 1_000 && !world.cloud.existing().some((name) => name.startsWith('instances')); i++) {
    await world.clock.sleep(100, new AbortController().signal);
  }
}

async function lastAt(world: World, run: string): Promise<number> {
  return +((await world.store.readEvents(run)).at(-1)?.at ?? 0);
}
