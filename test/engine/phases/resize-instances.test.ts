import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import type { KillPoint } from '../../../src/engine/workflow/execute-step.ts';
import type { ClusterSpec } from '../../../src/store/records.ts';
import { buildSpec, type Process, RunEnvironment } from '../../fakes/run-environment.ts';

const open: RunEnvironment[] = [];
afterEach(async () => {
  for (const environment of open.splice(0)) await environment.close();
});

const small = { machineType: 'f1-micro', forceSize: true, controllers: 3, workers: 1 } as const;
const names = ['demo-controller-0', 'demo-controller-1', 'demo-controller-2', 'demo-worker-0'];

/** A cluster that is ready. */
async function createEnvironment(
  changes: Partial<ClusterSpec> = {},
): Promise<{ environment: RunEnvironment; process: Process }> {
  const environment = new RunEnvironment();
  open.push(environment);
  const process = environment.createProcess();
  await environment.createCluster(process, { ...small, ...changes });
  return { environment, process };
}

function resize(environment: RunEnvironment, { clusterService }: Process, machineType = 'e2-standard-2') {
  return clusterService.resizeCluster('demo', { machineType, requester: environment.requester, channel: 'C1' });
}

function typesOf(environment: RunEnvironment): string[] {
  return environment.compute.listInstances().map(({ name, spec }) => `${name} ${spec.machineType}`);
}

async function clusterOf(environment: RunEnvironment) {
  const found = await environment.store.read('cluster', 'demo');
  if (!found) throw new Error('there is no cluster');
  return found.value;
}

function each(machineType: string): string[] {
  return names.map((name) => `${name} ${machineType}`);
}

describe('a ready cluster', () => {
  test('restarts its instances one by one, controllers first, without recreating any', async () => {
    const { environment, process } = await createEnvironment();
    const births = environment.compute.listInstances().map(({ instanceId }) => instanceId);
    const run = await environment.finishRun(resize(environment, process));
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect(typesOf(environment)).toEqual(each('e2-standard-2'));
    expect(environment.compute.listInstances().map(({ instanceId, restarts }) => [instanceId, restarts])).toEqual(
      births.map((b) => [b, 1]),
    );
    const events = (await environment.store.readEvents(run)).map(({ event }) => event);
    const steps = events.flatMap((e) =>
      (e.type === 'step.started' || e.type === 'step.finished') && e.step.startsWith('resize-instances/')
        ? [`${e.type} ${e.step}`]
        : [],
    );
    expect(steps).toEqual(
      names.flatMap((name) => [`step.started resize-instances/${name}`, `step.finished resize-instances/${name}`]),
    );
    const firstOther = events.findIndex((e) => e.type === 'step.started' && !e.step.startsWith('resize-instances/'));
    expect(
      events.findIndex((e) => e.type === 'step.finished' && e.step === 'resize-instances/demo-worker-0'),
    ).toBeLessThan(firstOther);
    expect(await clusterOf(environment)).toMatchObject({
      settledState: 'ready',
      spec: { machineType: 'e2-standard-2', forceSize: false },
    });
  });

  test('has its new addresses in the outputs', async () => {
    const { environment, process } = await createEnvironment();
    const before = await clusterOf(environment);
    await environment.finishRun(resize(environment, process));
    const { outputs } = await clusterOf(environment);
    for (const { name, externalAddress } of environment.compute.listInstances()) {
      expect(outputs[`external-address/${name}`]).toBe(externalAddress);
      expect(before.outputs[`external-address/${name}`]).not.toBe(externalAddress);
    }
    const smoke = await environment.finishRun(process.clusterService.runSmokeTest('demo', environment.requester, 'C1'));
    expect(await environment.getOutcome(smoke)).toBe('succeeded');
  });

  test('requests approval, with the machine type and the effect of each restart', async () => {
    const { environment, process } = await createEnvironment();
    const run = await environment.finishRun(resize(environment, process));
    const [approvalRequest] = await environment.listEvents(run, 'approval.requested');
    expect(approvalRequest?.deletions).toEqual([
      'instance demo-controller-0 restarts as e2-standard-2 (now f1-micro); the other etcd members keep quorum',
      'instance demo-controller-1 restarts as e2-standard-2 (now f1-micro); the other etcd members keep quorum',
      'instance demo-controller-2 restarts as e2-standard-2 (now f1-micro); the other etcd members keep quorum',
      'instance demo-worker-0 restarts as e2-standard-2 (now f1-micro); its pods are unavailable during the restart',
    ]);
  });

  test('with one controller warns that the API server is unavailable', async () => {
    const { environment, process } = await createEnvironment({ controllers: 1, workers: 0 });
    const run = await environment.finishRun(resize(environment, process));
    const [approvalRequest] = await environment.listEvents(run, 'approval.requested');
    expect(approvalRequest?.deletions).toEqual([
      'instance demo-controller-0 restarts as e2-standard-2 (now f1-micro); the API server is unavailable during the restart',
    ]);
    expect(await environment.getOutcome(run)).toBe('succeeded');
  });

  test('is unchanged after a rejection', async () => {
    const { environment, process } = await createEnvironment();
    const answer = await resize(environment, process);
    if (!('run' in answer)) throw new Error('no run was begun');
    const approvalRequest = await until(environment, () => process.clusterService.getPendingApproval(answer.run));
    await process.clusterService.decideApproval(answer.run, approvalRequest.digest, environment.requester, false);
    await environment.waitForRun(answer.run);
    expect(environment.compute.faults.countCalls(/^(stop|start|setMachineType) /)).toBe(0);
    expect(await clusterOf(environment)).toMatchObject({
      settledState: 'ready',
      spec: { machineType: 'f1-micro', forceSize: true },
    });
  });

  test.each([
    ['its current machine type', 'f1-micro', { unchanged: 'ready' }],
    ['an unknown machine type', 'z9-huge', { problem: 'there is no machine type "z9-huge" in us-west1-c' }],
    ['a type that is too small', 'e2-medium', { problem: expect.stringContaining('e2-medium is too small') }],
  ])('starts no run for %s', async (_, machineType, expected) => {
    const { environment, process } = await createEnvironment();
    expect(await resize(environment, process, machineType)).toMatchObject(expected);
    expect((await clusterOf(environment)).runs.length).toBe(1);
  });

  test('returns the active run when requested again', async () => {
    const { environment, process } = await createEnvironment();
    const [first, second] = [await resize(environment, process), await resize(environment, process, 'e2-standard-4')];
    expect(second).toMatchObject({ activeRun: { operation: 'resize', ...first } });
    if ('run' in first) await environment.waitForRun(first.run);
  });
});

describe('quorum', () => {
  test('stops no controller while another member is unhealthy', async () => {
    const { environment, process } = await createEnvironment();
    environment.ssh.planExit(/^run demo-controller-2 .*endpoint health$/, { exitCode: 1 }, 3);
    const answer = await resize(environment, process);
    if (!('run' in answer)) throw new Error('no run was begun');
    const failed = async () => (await environment.listEvents(answer.run, 'step.failed')).at(2);
    await approve(environment, process, answer.run);
    const third = await until(environment, failed);
    expect(third).toMatchObject({
      step: 'resize-instances/demo-controller-0',
      error: { code: 'not-healthy', kind: 'transient' },
    });
    expect(environment.compute.faults.countCalls(/^stop /)).toBe(0);
    await environment.waitForRun(answer.run);
    expect(typesOf(environment)).toEqual(each('e2-standard-2'));
  });

  test('stops an unhealthy member, because the others form a quorum', async () => {
    const { environment, process } = await createEnvironment();
    environment.ssh.planExit(/^run demo-controller-0 .*endpoint health$/, { exitCode: 1 }, 100);
    const answer = await resize(environment, process);
    if (!('run' in answer)) throw new Error('no run was begun');
    await approve(environment, process, answer.run);
    await until(
      environment,
      async () => environment.compute.faults.countCalls(/^start instances demo-controller-0/) || undefined,
    );
    expect(environment.compute.faults.countCalls(/^stop instances demo-controller-1/)).toBe(0);
    environment.clearFaults();
    await environment.waitForRun(answer.run);
    expect(await environment.getOutcome(answer.run)).toBe('succeeded');
  });
});

describe('an interrupted resize', () => {
  test('resumes where it failed and requests approval for the rest', async () => {
    const { environment, process } = await createEnvironment();
    const error = () => new KthwError('quota', { doing: 'starting' });
    environment.compute.faults.plan({ call: /^start instances demo-controller-1/, when: 'before', error });
    const run = await environment.finishRun(resize(environment, process));
    expect(await environment.getOutcome(run)).toBe('failed');
    expect(await clusterOf(environment)).toMatchObject({
      settledState: 'ready',
      spec: { machineType: 'e2-standard-2' },
    });
    expect(typesOf(environment).map((line) => line.split(' ')[1])).toEqual([
      ...['e2-standard-2', 'e2-standard-2', 'f1-micro', 'f1-micro'],
    ]);
    await environment.finishRun(process.clusterService.resumeRun('demo', environment.requester));
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect(typesOf(environment)).toEqual(each('e2-standard-2'));
    expect((await environment.listEvents(run, 'approval.requested')).at(-1)?.deletions).toEqual([
      'instance demo-controller-0 already is e2-standard-2 and keeps running',
      'instance demo-controller-1 already is e2-standard-2 and keeps running',
      'instance demo-controller-2 restarts as e2-standard-2 (now f1-micro); the other etcd members keep quorum',
      'instance demo-worker-0 restarts as e2-standard-2 (now f1-micro); its pods are unavailable during the restart',
    ]);
    expect(environment.compute.listInstances().map(({ restarts }) => restarts)).toEqual([1, 1, 1, 1]);
    expect((await clusterOf(environment)).settledState).toBe('ready');
  });

  test('resumes when the resize is requested again', async () => {
    const { environment, process } = await createEnvironment();
    const error = () => new KthwError('quota', { doing: 'starting' });
    environment.compute.faults.plan({ call: /^start instances demo-controller-1/, when: 'before', error });
    const run = await environment.finishRun(resize(environment, process));
    expect(await environment.finishRun(resize(environment, process))).toBe(run);
    expect(typesOf(environment)).toEqual(each('e2-standard-2'));
  });

  test('stops no instance without quota for a larger machine type', async () => {
    const { environment, process } = await createEnvironment();
    const [{ usage = 0 } = {}] = (await environment.compute.listQuotas('us-west1', new AbortController().signal)) ?? [];
    environment.compute.quotaLimits.CPUS = usage;
    const run = await environment.finishRun(resize(environment, process));
    expect(await environment.getOutcome(run)).toBe('failed');
    expect(await environment.listEvents(run, 'step.failed')).toMatchObject([
      {
        step: 'resize-instances/demo-controller-0',
        error: { code: 'quota', detail: '1 more CPUs needed, 8 of 8 are used' },
      },
    ]);
    expect(environment.compute.faults.countCalls(/^stop /)).toBe(0);
    environment.compute.quotaLimits.CPUS = usage + 4;
    await environment.finishRun(process.clusterService.resumeRun('demo', environment.requester));
    expect(await environment.getOutcome(run)).toBe('succeeded');
  });

  test('stops no instance when the CPUs of all regions together would exceed the quota of the project', async () => {
    const { environment, process } = await createEnvironment();
    const quotas = await environment.compute.listProjectQuotas(new AbortController().signal);
    const usage = quotas.find(({ metric }) => metric === 'CPUS_ALL_REGIONS')?.usage ?? 0;
    environment.compute.projectQuotaLimits.CPUS_ALL_REGIONS = usage;
    const run = await environment.finishRun(resize(environment, process));
    expect(await environment.listEvents(run, 'step.failed')).toMatchObject([
      { error: { code: 'quota', message: expect.stringContaining('CPUS_ALL_REGIONS') } },
    ]);
    expect(environment.compute.faults.countCalls(/^stop /)).toBe(0);
  });

  test.each([
    ['setMachineType', 'f1-micro'],
    ['start', 'e2-standard-2'],
  ])('leaves an instance running when Google refuses %s', async (verb, machineType) => {
    const { environment, process } = await createEnvironment();
    const error = () => new KthwError('cloud-invalid', { doing: `${verb} of demo-controller-0` });
    environment.compute.faults.plan({
      call: new RegExp(`^${verb} instances demo-controller-0`),
      when: 'before',
      error,
    });
    const run = await environment.finishRun(resize(environment, process));
    expect(await environment.getOutcome(run)).toBe('failed');
    await environment.clock.sleep(60_000, new AbortController().signal);
    const ref = { name: 'demo-controller-0', zone: 'us-west1-c', region: 'us-west1' };
    expect(await environment.compute.instances.get(ref, new AbortController().signal)).toMatchObject({
      status: 'RUNNING',
      machineType,
    });
  });

  test('is not resized to a series that can’t use its disks, before a run exists', async () => {
    const { environment, process } = await createEnvironment();
    expect(await resize(environment, process, 'c4-standard-2')).toEqual({
      problem: expect.stringContaining('C4 instances can’t use those of F1'.replace('’', "'")),
    });
    expect(typesOf(environment)).toEqual(each('f1-micro'));
  });

  test('is not resized to another architecture, before a run exists', async () => {
    const { environment, process } = await createEnvironment();
    expect(await resize(environment, process, 't2a-standard-2')).toMatchObject({
      problem: expect.stringContaining('t2a-standard-2 has the architecture ARM64'),
      suggestedMachineType: 'e2-standard-2',
    });
  });

  test('recreates a missing worker with the requested machine type', async () => {
    const { environment, process } = await createEnvironment();
    await take(environment, 'demo-worker-0');
    const run = await environment.finishRun(resize(environment, process));
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect(typesOf(environment)).toEqual(each('e2-standard-2'));
  });

  test('names a missing first controller, and stops no controller if another is missing', async () => {
    const { environment, process } = await createEnvironment();
    await take(environment, 'demo-controller-0');
    const first = await environment.finishRun(resize(environment, process));
    expect(await environment.getOutcome(first)).toBe('failed');
    expect((await environment.listEvents(first, 'step.failed')).at(-1)).toMatchObject({
      step: 'resize-instances/demo-controller-0',
      error: { code: 'instance-missing', remedy: 'recreate it with `/kthw rebuild demo --from controllers`' },
    });

    const other = await createEnvironment();
    await take(other.environment, 'demo-controller-1');
    const second = await other.environment.finishRun(resize(other.environment, other.process));
    expect(await other.environment.getOutcome(second)).toBe('failed');
    expect((await other.environment.listEvents(second, 'step.failed')).at(-1)).toMatchObject({
      step: 'resize-instances/demo-controller-0',
      error: { code: 'not-healthy', message: expect.stringContaining('demo-controller-1') },
    });
    expect([environment, other.environment].map(({ compute }) => compute.faults.countCalls(/^stop /))).toEqual([0, 0]);
  });

  test.each<KillPoint>(['before-call', 'after-call', 'after-write'])(
    'restarts each instance once if the process crashes %s of each instance',
    { timeout: 120_000 },
    async (at) => {
      for (const name of names) {
        const { environment, process } = await createEnvironment();
        await process.stop();
        let ended = false;
        const killedProcess = environment.createProcess({
          onKillPoint(step, point, kill) {
            if (ended || step !== `resize-instances/${name}` || point !== at) return;
            ended = true;
            kill();
          },
        });
        const answer = await resize(environment, killedProcess);
        if (!('run' in answer)) throw new Error('no run was begun');
        await approve(environment, killedProcess, answer.run);
        await until(environment, async () => ended || undefined);
        await killedProcess.kill();
        await environment.createProcess().start();
        await environment.waitForRun(answer.run);
        expect(await environment.getOutcome(answer.run), await environment.describeLastEvents(answer.run)).toBe(
          'succeeded',
        );
        expect(typesOf(environment)).toEqual(each('e2-standard-2'));
        expect(environment.compute.listInstances().map(({ restarts }) => restarts)).toEqual([1, 1, 1, 1]);
      }
    },
  );
});

describe('a cluster that is not ready', () => {
  test('is rebuilt from the controllers with the requested machine type', async () => {
    const environment = new RunEnvironment();
    open.push(environment);
    const process = environment.createProcess();
    const error = () => new KthwError('quota', { doing: 'making it' });
    environment.compute.faults.plan({ call: /^insert forwardingRules/, when: 'before', error });
    const create = await environment.createCluster(process, small);
    expect(await environment.getOutcome(create)).toBe('failed');
    const births = environment.compute.listInstances().map(({ instanceId }) => instanceId);
    const run = await environment.finishRun(resize(environment, process));
    expect((await environment.store.read('run', run))?.value).toMatchObject({
      operation: 'rebuild',
      fromPhase: 'controllers',
    });
    const [approvalRequest] = await environment.listEvents(run, 'approval.requested');
    expect(approvalRequest?.deletions).toContain('instance demo-controller-0 (f1-micro, 10.240.0.10)');
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect(typesOf(environment)).toEqual(each('e2-standard-2'));
    expect(environment.compute.listInstances().filter(({ instanceId }) => births.includes(instanceId))).toEqual([]);
    expect((await clusterOf(environment)).settledState).toBe('ready');
  });

  test('is resized by preempting its create', async () => {
    const environment = new RunEnvironment();
    open.push(environment);
    const process = environment.createProcess();
    const spec = buildSpec(small);
    const create = await process.clusterService.createCluster({
      spec,
      requester: environment.requester,
      channel: 'C1',
    });
    if (!('run' in create)) throw new Error('no run was begun');
    await until(environment, async () => (await environment.listEvents(create.run, 'step.finished')).at(20));
    const run = await environment.finishRun(resize(environment, process));
    expect(await environment.getOutcome(create.run)).toBe('cancelled');
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect(typesOf(environment)).toEqual(each('e2-standard-2'));
  });
});

/** Somebody deletes a machine behind the engine's back. */
async function take(environment: RunEnvironment, name: string): Promise<void> {
  const at = { name, zone: 'us-west1-c', region: 'us-west1' };
  await environment.compute.instances.delete(at, { requestId: 'r', signal: new AbortController().signal });
}

async function approve(environment: RunEnvironment, { clusterService }: Process, run: string): Promise<void> {
  const approvalRequest = await until(environment, () => clusterService.getPendingApproval(run));
  await clusterService.decideApproval(run, approvalRequest.digest, environment.requester, true);
}

/** Looks until there is something, on the virtual clock. */
async function until<T>(environment: RunEnvironment, look: () => Promise<T | undefined>): Promise<T> {
  const { signal } = new AbortController();
  for (let i = 0; i < 2_000; i++) {
    const found = await look();
    if (found !== undefined) return found;
    await environment.clock.sleep(250, signal);
  }
  throw new Error('it did not come');
}
