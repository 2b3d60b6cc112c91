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
  return { spec: specOf(changes), by: world.by, channel: 'C1' };
}

describe('create', () => {
  test('begins a run that says who asked for it and where', async () => {
    const world = aWorld();
    const answer = await world.process().desk.create(asked(world));
    const run = runOf(answer);
    expect((await world.store.read('run', run))?.value).toMatchObject({
      operation: 'create',
      by: world.by,
      channel: 'C1',
      open: true,
    });
    expect((await world.store.read('cluster', 'demo'))?.value).toMatchObject({
      state: 'building',
      holding: run,
      runs: [run],
    });
  });

  test('asked again while it runs names who holds the cluster', async () => {
    const world = aWorld();
    const { desk } = world.process();
    const run = runOf(await desk.create(asked(world)));
    expect(await desk.create(asked(world))).toMatchObject({ heldBy: { run, operation: 'create', by: world.by } });
  });

  test('asked twice at the same moment begins one run', async () => {
    const world = aWorld();
    const answers = await Promise.all(
      [world.process(), world.process(), world.process()].map(({ desk }) => desk.create(asked(world))),
    );
    const begun = answers.filter((answer) => 'run' in answer);
    expect(begun.length).toBe(1);
    expect(answers.filter((answer) => 'heldBy' in answer && answer.heldBy.run === runOf(begun[0])).length).toBe(2);
    await world.over(runOf(begun[0]));
    expect((await world.store.read('cluster', 'demo'))?.value.runs).toEqual([runOf(begun[0])]);
  });

  test('of a cluster that is ready changes nothing', async () => {
    const world = aWorld();
    const process = world.process();
    await world.create(process);
    expect(await process.desk.create(asked(world))).toMatchObject({ unchanged: { state: 'ready' } });
  });

  test('with other values says which, and insisting on a size is none', async () => {
    const world = aWorld();
    const process = world.process();
    await world.create(process);
    expect(await process.desk.create(asked(world, { workers: 2, forceSize: true }))).toEqual({
      differs: [{ field: 'workers', wanted: '2', found: '1' }],
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
    expect(await world.finish(process.desk.create(asked(world)))).toBe(run);
    expect(await world.endOf(run)).toBe('succeeded');
  });

  test('of a cluster that was deleted begins anew, for who asks now, with other secrets', async () => {
    const world = aWorld();
    const process = world.process();
    await world.create(process);
    await world.finish(process.desk.delete('demo', world.by, 'C1'));
    const by = { team: 'T1', user: 'U2' };
    const run = await world.finish(process.desk.create({ spec: specOf(), by, channel: 'C2' }));
    expect(await world.endOf(run)).toBe('succeeded');
    expect((await world.store.read('cluster', 'demo'))?.value).toMatchObject({ state: 'ready', by, channel: 'C2' });
    expect(world.vaults.makes('demo', 'authority')).toBe(2);
  });
});

describe('run ids', () => {
  test('sort by the time at which the runs were asked for', async () => {
    const world = aWorld();
    const { desk } = world.process();
    const ids: string[] = [];
    for (const name of ['c', 'a', 'b']) {
      ids.push(runOf(await desk.create(asked(world, { name }))));
      world.clock.jump(1);
    }
    expect(ids.toSorted()).toEqual(ids);
    expect(await world.store.openRuns()).toEqual(ids);
  });
});

describe('cancel', () => {
  test('stops a run within the time of one look, and leaves it to be resumed', async () => {
    const world = aWorld();
    const { desk } = world.process();
    const run = runOf(await desk.create(asked(world)));
    await untilMachines(world);
    const from = +world.clock.now();
    expect(await desk.cancel('demo', world.by)).toEqual({ run });
    await world.over(run);
    expect(+world.clock.now() - from).toBeLessThan(3_000);
    expect(await world.endOf(run)).toBe('cancelled');
    expect((await world.store.read('cluster', 'demo'))?.value).toMatchObject({ state: 'cancelled' });
    expect((await world.store.read('cluster', 'demo'))?.value.holding).toBeUndefined();

    expect(await world.finish(desk.resume('demo', world.by))).toBe(run);
    expect(await world.endOf(run)).toBe('succeeded');
    expect([...world.cloud.allMade().values()].every((times) => times === 1)).toBe(true);
  });

  test('of nothing that runs changes nothing', async () => {
    const world = aWorld();
    const process = world.process();
    await world.create(process);
    expect(await process.desk.cancel('demo', world.by)).toHaveProperty('unchanged');
    expect(await process.desk.cancel('other', world.by)).toEqual({ unknown: true });
  });

  test('by one process stops a run that another carries', async () => {
    const world = aWorld();
    const run = runOf(await world.process().desk.create(asked(world)));
    await untilMachines(world);
    await world.process().desk.cancel('demo', world.by);
    await world.over(run);
    expect(await world.endOf(run)).toBe('cancelled');
  });
});

describe('resume', () => {
  test('of a run that is not over names who holds the cluster', async () => {
    const world = aWorld();
    const { desk } = world.process();
    const run = runOf(await desk.create(asked(world)));
    expect(await desk.resume('demo', world.by)).toMatchObject({ heldBy: { run } });
  });

  test('of a cluster that is complete changes nothing, and of one that there is not says so', async () => {
    const world = aWorld();
    const process = world.process();
    await world.create(process);
    expect(await process.desk.resume('demo', world.by)).toHaveProperty('unchanged');
    expect(await process.desk.resume('other', world.by)).toEqual({ unknown: true });
  });

  test('goes on with what was postponed, and the cluster stays ready meanwhile', async () => {
    const world = aWorld();
    const process = world.process();
    world.kube.missingImages.add('coredns');
    const run = await world.create(process);
    expect(await world.endOf(run)).toBe('succeeded');
    const troubles = (await process.desk.runView(run))?.troubles;
    expect(troubles?.map(({ step, fault }) => [step, fault?.code])).toEqual([
      ['dns/runs', 'image-unavailable'],
      ['dns/resolves', 'image-unavailable'],
    ]);
    world.mend();
    expect(runOf(await process.desk.resume('demo', world.by))).toBe(run);
    expect((await world.store.read('cluster', 'demo'))?.value.state).toBe('ready');
    await world.over(run);
    expect((await process.desk.runView(run))?.troubles).toEqual([]);
  });

  test('goes on with a smoke test whose image was missing, and clears it up then', async () => {
    const world = aWorld();
    const process = world.process();
    world.kube.missingImages.add('nginx');
    const run = await world.create(process);
    expect(await world.endOf(run), await world.tail(run)).toBe('succeeded');
    const troubles = (await process.desk.runView(run))?.troubles ?? [];
    expect(new Set(troubles.map(({ fault }) => fault?.code))).toEqual(new Set(['image-unavailable']));
    expect(troubles.map(({ step }) => step)).toContain('smoke/cleared');
    world.mend();
    await world.finish(process.desk.resume('demo', world.by));
    expect((await process.desk.runView(run))?.troubles).toEqual([]);
    await world.clock.sleep(60_000, new AbortController().signal);
    const address = String((await world.store.read('cluster', 'demo'))?.value.facts['public-address']);
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
    const answers = await Promise.all([process, world.process()].map(({ desk }) => desk.resume('demo', world.by)));
    expect(answers.filter((answer) => 'run' in answer).length).toBe(1);
    await world.over(run);
    expect((await world.eventsOf(run, 'run.resumed')).length).toBe(1);
  });
});

describe('delete', () => {
  test('takes a cluster from the create that still runs, waits for it to stop, and leaves nothing', async () => {
    const world = aWorld();
    const { desk } = world.process();
    const creating = runOf(await desk.create(asked(world)));
    await untilMachines(world);
    const deleting = await world.finish(desk.delete('demo', world.by, 'C1'));
    expect([await world.endOf(creating), await world.endOf(deleting)]).toEqual(['cancelled', 'succeeded']);
    expect(world.cloud.existing()).toEqual([]);
    expect((await world.store.read('cluster', 'demo'))?.value).toMatchObject({ state: 'deleted', facts: {} });
    const ends = await lastAt(world, creating);
    const begins = (await world.store.events(deleting)).find(({ event }) => event.type === 'step.started');
    expect(+(begins?.at ?? 0)).toBeGreaterThanOrEqual(ends);
    expect(await desk.status('demo')).toBeUndefined();
  });

  test('is not taken from by a create', async () => {
    const world = aWorld();
    const process = world.process();
    await world.create(process);
    const run = runOf(await process.desk.delete('demo', world.by, 'C1'));
    expect(await process.desk.create(asked(world))).toMatchObject({ heldBy: { run, operation: 'delete' } });
    expect(await process.desk.delete('demo', world.by, 'C1')).toMatchObject({ heldBy: { run } });
  });

  test('leaves what bears a name of the cluster and is somebody else’s', async () => {
    const world = aWorld();
    const process = world.process();
    await world.create(process);
    world.cloud.tamper('firewalls', 'demo-allow-internal', { description: 'by hand', network: 'theirs' });
    const run = await world.finish(process.desk.delete('demo', world.by, 'C1'));
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
    const scaling = runOf(await process.desk.scale('demo', { workers: 1, by: world.by, channel: 'C1' }));
    if (ends) await world.over(scaling);
    else await world.clock.sleep(5_000, new AbortController().signal);
    const deleting = await world.finish(process.desk.delete('demo', world.by, 'C1'));
    expect(await world.endOf(scaling)).toBe(ends ? 'failed' : 'cancelled');
    expect(await world.endOf(deleting)).toBe('succeeded');
    expect(world.cloud.existing()).toEqual([]);
  });

  test('of a cluster that there is not says so', async () => {
    const world = aWorld();
    expect(await world.process().desk.delete('demo', world.by, 'C1')).toEqual({ unknown: true });
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
    const answer = await victim.desk.create(asked(world)).catch(() => undefined);
    await victim.kill();
    const heir = world.process();
    await heir.start();
    const again = await heir.desk.create(asked(world));
    for (const run of await world.store.openRuns()) await world.over(run);
    const record = (await world.store.read('cluster', 'demo'))?.value;
    expect(record).toMatchObject({ state: 'ready', runs: [expect.any(String)] });
    expect(answer === undefined || 'heldBy' in again || 'unchanged' in again).toBe(true);
    const begun = (await world.store.list('run')).map(({ id }) => id);
    const driven = await Promise.all(begun.map(async (run) => (await world.eventsOf(run, 'run.taken')).length > 0));
    expect(driven.filter(Boolean).length).toBe(1);
  });
});

describe('a kubeconfig', () => {
  test('is for clusters that are ready, and is a secret', async () => {
    const world = aWorld();
    const process = world.process();
    const run = runOf(await process.desk.create(asked(world)));
    expect(await process.desk.kubeconfig('demo', world.by)).toEqual({ notReady: 'building' });
    await world.over(run);
    const given = await process.desk.kubeconfig('demo', world.by, 2);
    if (!given || 'notReady' in given) throw new Error('no kubeconfig was given');
    expect(JSON.stringify(given)).not.toContain('client-key-data');
    expect(given.file.reveal()).toContain('client-key-data');
    expect(+given.endsAt - +world.clock.now()).toBe(2 * 3_600_000);
    expect(await process.desk.kubeconfig('other', world.by)).toBeUndefined();
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
  return +((await world.store.events(run)).at(-1)?.at ?? 0);
}
