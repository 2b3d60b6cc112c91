import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/workflow/errors.ts';
import type { KillPoint } from '../../../src/engine/workflow/execute-step.ts';
import type { ClusterSpec } from '../../../src/store/records.ts';
import { type Process, buildSpec, RunEnvironment } from '../../fakes/run-environment.ts';

const open: RunEnvironment[] = [];
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});

const small = { machineType: 'f1-micro', forceSize: true, controllers: 3, workers: 1 } as const;
const names = ['demo-controller-0', 'demo-controller-1', 'demo-controller-2', 'demo-worker-0'];

/** A cluster that is ready. */
async function aWorld(changes: Partial<ClusterSpec> = {}): Promise<{ world: RunEnvironment; process: Process }> {
  const world = new RunEnvironment();
  open.push(world);
  const process = world.createProcess();
  await world.createCluster(process, { ...small, ...changes });
  return { world, process };
}

function resize(world: RunEnvironment, { clusterService }: Process, machineType = 'e2-standard-2') {
  return clusterService.resizeCluster('demo', { machineType, requester: world.requester, channel: 'C1' });
}

function typesOf(world: RunEnvironment): string[] {
  return world.compute.listInstances().map(({ name, spec }) => `${name} ${spec.machineType}`);
}

async function clusterOf(world: RunEnvironment) {
  const found = await world.store.read('cluster', 'demo');
  if (!found) throw new Error('there is no cluster');
  return found.value;
}

function each(machineType: string): string[] {
  return names.map((name) => `${name} ${machineType}`);
}

describe('a cluster that is ready', () => {
  test('restarts its machines one after another, controllers first, and none is made anew', async () => {
    const { world, process } = await aWorld();
    const births = world.compute.listInstances().map(({ instanceId }) => instanceId);
    const run = await world.finishRun(resize(world, process));
    expect(await world.getOutcome(run), await world.describeLastEvents(run)).toBe('succeeded');
    expect(typesOf(world)).toEqual(each('e2-standard-2'));
    expect(world.compute.listInstances().map(({ instanceId, restarts }) => [instanceId, restarts])).toEqual(
      births.map((b) => [b, 1]),
    );
    const events = (await world.store.readEvents(run)).map(({ event }) => event);
    const steps = events.flatMap((e) =>
      (e.type === 'step.started' || e.type === 'step.finished') && e.step.startsWith('resize/')
        ? [`${e.type} ${e.step}`]
        : [],
    );
    expect(steps).toEqual(names.flatMap((name) => [`step.started resize/${name}`, `step.finished resize/${name}`]));
    const firstOther = events.findIndex((e) => e.type === 'step.started' && !e.step.startsWith('resize/'));
    expect(events.findIndex((e) => e.type === 'step.finished' && e.step === 'resize/demo-worker-0')).toBeLessThan(
      firstOther,
    );
    expect(await clusterOf(world)).toMatchObject({
      state: 'ready',
      spec: { machineType: 'e2-standard-2', forceSize: false },
    });
  });

  test('is known at its new addresses afterwards', async () => {
    const { world, process } = await aWorld();
    const before = await clusterOf(world);
    await world.finishRun(resize(world, process));
    const { outputs } = await clusterOf(world);
    for (const { name, externalAddress } of world.compute.listInstances()) {
      expect(outputs[`external-address/${name}`]).toBe(externalAddress);
      expect(before.outputs[`external-address/${name}`]).not.toBe(externalAddress);
    }
    const smoke = await world.finishRun(process.clusterService.runSmokeTest('demo', world.requester, 'C1'));
    expect(await world.getOutcome(smoke)).toBe('succeeded');
  });

  test('asks first, and says of each machine what it is and what its restart means', async () => {
    const { world, process } = await aWorld();
    const run = await world.finishRun(resize(world, process));
    const [asked] = await world.listEvents(run, 'approval.requested');
    expect(asked?.deletions).toEqual([
      'machine demo-controller-0 restarts as e2-standard-2, it is f1-micro; the others keep quorum',
      'machine demo-controller-1 restarts as e2-standard-2, it is f1-micro; the others keep quorum',
      'machine demo-controller-2 restarts as e2-standard-2, it is f1-micro; the others keep quorum',
      'machine demo-worker-0 restarts as e2-standard-2, it is f1-micro; its pods are away meanwhile',
    ]);
  });

  test('with one controller says that the API is away', async () => {
    const { world, process } = await aWorld({ controllers: 1, workers: 0 });
    const run = await world.finishRun(resize(world, process));
    const [asked] = await world.listEvents(run, 'approval.requested');
    expect(asked?.deletions).toEqual([
      'machine demo-controller-0 restarts as e2-standard-2, it is f1-micro; the API is away meanwhile',
    ]);
    expect(await world.getOutcome(run)).toBe('succeeded');
  });

  test('that is refused stays what it was', async () => {
    const { world, process } = await aWorld();
    const answer = await resize(world, process);
    if (!('run' in answer)) throw new Error('no run was begun');
    const asked = await until(world, () => process.clusterService.getPendingApproval(answer.run));
    await process.clusterService.decideApproval(answer.run, asked.digest, world.requester, false);
    await world.waitForRun(answer.run);
    expect(world.compute.faults.countCalls(/^(stop|start|setMachineType) /)).toBe(0);
    expect(await clusterOf(world)).toMatchObject({
      state: 'ready',
      spec: { machineType: 'f1-micro', forceSize: true },
    });
  });

  test.each([
    ['as it is already', 'f1-micro', { unchanged: { state: 'ready' } }],
    ['a type that is not there', 'z9-huge', { problem: 'there is no machine type "z9-huge" in us-west1-c' }],
    ['a type that is too small', 'e2-medium', { problem: expect.stringContaining('e2-medium is too small') }],
  ])('asked for %s begins nothing', async (_, machineType, expected) => {
    const { world, process } = await aWorld();
    expect(await resize(world, process, machineType)).toMatchObject(expected);
    expect((await clusterOf(world)).runs.length).toBe(1);
  });

  test('asked for again while it is resized names who has it', async () => {
    const { world, process } = await aWorld();
    const [first, second] = [await resize(world, process), await resize(world, process, 'e2-standard-4')];
    expect(second).toMatchObject({ activeRun: { operation: 'resize', ...first } });
    if ('run' in first) await world.waitForRun(first.run);
  });
});

describe('quorum', () => {
  test('no controller is stopped while another member is not healthy', async () => {
    const { world, process } = await aWorld();
    world.ssh.planExit(/^run demo-controller-2 .*endpoint health$/, { exitCode: 1 }, 3);
    const answer = await resize(world, process);
    if (!('run' in answer)) throw new Error('no run was begun');
    const failed = async () => (await world.listEvents(answer.run, 'step.failed')).at(2);
    await approve(world, process, answer.run);
    const third = await until(world, failed);
    expect(third).toMatchObject({
      step: 'resize/demo-controller-0',
      error: { code: 'not-healthy', kind: 'transient' },
    });
    expect(world.compute.faults.countCalls(/^stop /)).toBe(0);
    await world.waitForRun(answer.run);
    expect(typesOf(world)).toEqual(each('e2-standard-2'));
  });

  test('a sick member itself may go: the others are a quorum', async () => {
    const { world, process } = await aWorld();
    world.ssh.planExit(/^run demo-controller-0 .*endpoint health$/, { exitCode: 1 }, 100);
    const answer = await resize(world, process);
    if (!('run' in answer)) throw new Error('no run was begun');
    await approve(world, process, answer.run);
    await until(world, async () => world.compute.faults.countCalls(/^start instances demo-controller-0/) || undefined);
    expect(world.compute.faults.countCalls(/^stop instances demo-controller-1/)).toBe(0);
    world.clearFaults();
    await world.waitForRun(answer.run);
    expect(await world.getOutcome(answer.run)).toBe('succeeded');
  });
});

describe('half-way', () => {
  test('a run that failed there goes on where it was, and asks for what is left', async () => {
    const { world, process } = await aWorld();
    const error = () => new KthwError('quota', { doing: 'starting' });
    world.compute.faults.plan({ call: /^start instances demo-controller-1/, when: 'before', error });
    const run = await world.finishRun(resize(world, process));
    expect(await world.getOutcome(run)).toBe('failed');
    expect(await clusterOf(world)).toMatchObject({ state: 'ready', spec: { machineType: 'e2-standard-2' } });
    expect(typesOf(world).map((line) => line.split(' ')[1])).toEqual([
      ...['e2-standard-2', 'e2-standard-2', 'f1-micro', 'f1-micro'],
    ]);
    await world.finishRun(process.clusterService.resumeRun('demo', world.requester));
    expect(await world.getOutcome(run)).toBe('succeeded');
    expect(typesOf(world)).toEqual(each('e2-standard-2'));
    expect((await world.listEvents(run, 'approval.requested')).at(-1)?.deletions).toEqual([
      'machine demo-controller-0 is e2-standard-2 already and stays up',
      'machine demo-controller-1 starts as e2-standard-2, it is TERMINATED',
      'machine demo-controller-2 restarts as e2-standard-2, it is f1-micro; the others keep quorum',
      'machine demo-worker-0 restarts as e2-standard-2, it is f1-micro; its pods are away meanwhile',
    ]);
    expect(world.compute.listInstances().map(({ restarts }) => restarts)).toEqual([1, 1, 1, 1]);
    expect((await clusterOf(world)).state).toBe('ready');
  });

  test('the same asked for once more goes on, too', async () => {
    const { world, process } = await aWorld();
    const error = () => new KthwError('quota', { doing: 'starting' });
    world.compute.faults.plan({ call: /^start instances demo-controller-1/, when: 'before', error });
    const run = await world.finishRun(resize(world, process));
    expect(await world.finishRun(resize(world, process))).toBe(run);
    expect(typesOf(world)).toEqual(each('e2-standard-2'));
  });

  test('without quota for a larger machine none is stopped', async () => {
    const { world, process } = await aWorld();
    const [{ usage = 0 } = {}] = (await world.compute.listQuotas('us-west1', new AbortController().signal)) ?? [];
    world.compute.quotaLimits.CPUS = usage;
    const run = await world.finishRun(resize(world, process));
    expect(await world.getOutcome(run)).toBe('failed');
    expect(await world.listEvents(run, 'step.failed')).toMatchObject([
      { step: 'resize/demo-controller-0', error: { code: 'quota', detail: '1 more CPUs needed, 8 of 8 are used' } },
    ]);
    expect(world.compute.faults.countCalls(/^stop /)).toBe(0);
    world.compute.quotaLimits.CPUS = usage + 4;
    await world.finishRun(process.clusterService.resumeRun('demo', world.requester));
    expect(await world.getOutcome(run)).toBe('succeeded');
  });

  test('a worker that is gone is made anew as the wanted type', async () => {
    const { world, process } = await aWorld();
    await take(world, 'demo-worker-0');
    const run = await world.finishRun(resize(world, process));
    expect(await world.getOutcome(run), await world.describeLastEvents(run)).toBe('succeeded');
    expect(typesOf(world)).toEqual(each('e2-standard-2'));
  });

  test('without the first controller it is a conflict, without another the first is not stopped', async () => {
    const { world, process } = await aWorld();
    await take(world, 'demo-controller-0');
    const first = await world.finishRun(resize(world, process));
    expect(await world.getOutcome(first)).toBe('failed');
    expect(await world.listEvents(first, 'step.conflicted')).toMatchObject([{ step: 'resize/demo-controller-0' }]);

    const other = await aWorld();
    await take(other.world, 'demo-controller-1');
    const second = await other.world.finishRun(resize(other.world, other.process));
    expect(await other.world.getOutcome(second)).toBe('failed');
    expect((await other.world.listEvents(second, 'step.failed')).at(-1)).toMatchObject({
      step: 'resize/demo-controller-0',
      error: { code: 'not-healthy', message: expect.stringContaining('demo-controller-1') },
    });
    expect([world, other.world].map(({ compute }) => compute.faults.countCalls(/^stop /))).toEqual([0, 0]);
  });

  test.each<KillPoint>(['before-call', 'after-call', 'after-write'])(
    'the process ends %s of each machine: another goes on, and each restarts once',
    { timeout: 120_000 },
    async (at) => {
      for (const name of names) {
        const { world, process } = await aWorld();
        await process.stop();
        let ended = false;
        const victim = world.createProcess({
          onKillPoint(step, point, kill) {
            if (ended || step !== `resize/${name}` || point !== at) return;
            ended = true;
            kill();
          },
        });
        const answer = await resize(world, victim);
        if (!('run' in answer)) throw new Error('no run was begun');
        await approve(world, victim, answer.run);
        await until(world, async () => ended || undefined);
        await victim.kill();
        await world.createProcess().start();
        await world.waitForRun(answer.run);
        expect(await world.getOutcome(answer.run), await world.describeLastEvents(answer.run)).toBe('succeeded');
        expect(typesOf(world)).toEqual(each('e2-standard-2'));
        expect(world.compute.listInstances().map(({ restarts }) => restarts)).toEqual([1, 1, 1, 1]);
      }
    },
  );
});

describe('a cluster that is not up', () => {
  test('is rebuilt from its controllers on, as the wanted type', async () => {
    const world = new RunEnvironment();
    open.push(world);
    const process = world.createProcess();
    const error = () => new KthwError('quota', { doing: 'making it' });
    world.compute.faults.plan({ call: /^insert forwardingRules/, when: 'before', error });
    const create = await world.createCluster(process, small);
    expect(await world.getOutcome(create)).toBe('failed');
    const births = world.compute.listInstances().map(({ instanceId }) => instanceId);
    const run = await world.finishRun(resize(world, process));
    expect((await world.store.read('run', run))?.value).toMatchObject({
      operation: 'rebuild',
      fromPhase: 'controllers',
    });
    const [asked] = await world.listEvents(run, 'approval.requested');
    expect(asked?.deletions).toContain('machine demo-controller-0 (f1-micro, 10.240.0.10)');
    expect(await world.getOutcome(run), await world.describeLastEvents(run)).toBe('succeeded');
    expect(typesOf(world)).toEqual(each('e2-standard-2'));
    expect(world.compute.listInstances().filter(({ instanceId }) => births.includes(instanceId))).toEqual([]);
    expect((await clusterOf(world)).state).toBe('ready');
  });

  test('that is still being built is taken over', async () => {
    const world = new RunEnvironment();
    open.push(world);
    const process = world.createProcess();
    const spec = buildSpec(small);
    const create = await process.clusterService.createCluster({ spec, requester: world.requester, channel: 'C1' });
    if (!('run' in create)) throw new Error('no run was begun');
    await until(world, async () => (await world.listEvents(create.run, 'step.finished')).at(20));
    const run = await world.finishRun(resize(world, process));
    expect(await world.getOutcome(create.run)).toBe('cancelled');
    expect(await world.getOutcome(run), await world.describeLastEvents(run)).toBe('succeeded');
    expect(typesOf(world)).toEqual(each('e2-standard-2'));
  });
});

/** Somebody deletes a machine behind the engine's back. */
async function take(world: RunEnvironment, name: string): Promise<void> {
  const at = { name, zone: 'us-west1-c', region: 'us-west1' };
  await world.compute.instances.delete(at, { requestId: 'r', signal: new AbortController().signal });
}

async function approve(world: RunEnvironment, { clusterService }: Process, run: string): Promise<void> {
  const asked = await until(world, () => clusterService.getPendingApproval(run));
  await clusterService.decideApproval(run, asked.digest, world.requester, true);
}

/** Looks until there is something, on the virtual clock. */
async function until<T>(world: RunEnvironment, look: () => Promise<T | undefined>): Promise<T> {
  const { signal } = new AbortController();
  for (let i = 0; i < 2_000; i++) {
    const found = await look();
    if (found !== undefined) return found;
    await world.clock.sleep(250, signal);
  }
  throw new Error('it did not come');
}
