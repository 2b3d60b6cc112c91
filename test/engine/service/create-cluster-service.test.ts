import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import type { ClusterSpec } from '../../../src/store/records.ts';
import { buildSpec, RunEnvironment } from '../../fakes/run-environment.ts';

const open: RunEnvironment[] = [];
afterEach(async () => {
  for (const environment of open.splice(0)) await environment.close();
});

function createEnvironment(): RunEnvironment {
  const environment = new RunEnvironment();
  open.push(environment);
  return environment;
}

function buildRequest(environment: RunEnvironment, changes: Partial<ClusterSpec> = {}) {
  return { spec: buildSpec(changes), requester: environment.requester, channel: 'C1' };
}

describe('create', () => {
  test('starts a run with requester and channel', async () => {
    const environment = createEnvironment();
    const answer = await environment.createProcess().clusterService.createCluster(buildRequest(environment));
    const run = runOf(answer);
    expect((await environment.store.read('run', run))?.value).toMatchObject({
      operation: 'create',
      requestedBy: environment.requester,
      channel: 'C1',
      open: true,
    });
    expect((await environment.store.read('cluster', 'demo'))?.value).toMatchObject({
      settledState: 'new',
      activeRun: run,
      runs: [run],
    });
  });

  test('returns the active run if repeated', async () => {
    const environment = createEnvironment();
    const { clusterService } = environment.createProcess();
    const run = runOf(await clusterService.createCluster(buildRequest(environment)));
    expect(await clusterService.createCluster(buildRequest(environment))).toMatchObject({
      activeRun: { run, operation: 'create', requester: environment.requester },
    });
  });

  test('starts one run for concurrent requests', async () => {
    const environment = createEnvironment();
    const answers = await Promise.all(
      [environment.createProcess(), environment.createProcess(), environment.createProcess()].map(
        ({ clusterService }) => clusterService.createCluster(buildRequest(environment)),
      ),
    );
    const begun = answers.filter((answer) => 'run' in answer);
    expect(begun.length).toBe(1);
    expect(answers.filter((answer) => 'activeRun' in answer && answer.activeRun.run === runOf(begun[0])).length).toBe(
      2,
    );
    await environment.waitForRun(runOf(begun[0]));
    expect((await environment.store.read('cluster', 'demo'))?.value.runs).toEqual([runOf(begun[0])]);
  });

  test('does not change a ready cluster', async () => {
    const environment = createEnvironment();
    const process = environment.createProcess();
    await environment.createCluster(process);
    expect(await process.clusterService.createCluster(buildRequest(environment))).toMatchObject({
      unchanged: 'ready',
    });
  });

  test('returns the differing fields, except forceSize', async () => {
    const environment = createEnvironment();
    const process = environment.createProcess();
    await environment.createCluster(process);
    expect(
      await process.clusterService.createCluster(buildRequest(environment, { workers: 2, forceSize: true })),
    ).toMatchObject({
      differences: [{ field: 'workers', desired: '2', actual: '1' }],
    });
  });

  test('resumes the run of a failed cluster', async () => {
    const environment = createEnvironment();
    const process = environment.createProcess();
    environment.compute.faults.plan({
      call: /^insert instances/,
      when: 'before',
      error: () => new KthwError('quota', { doing: 'x' }),
    });
    const run = await environment.createCluster(process);
    expect(await environment.getOutcome(run)).toBe('failed');
    expect(await environment.finishRun(process.clusterService.createCluster(buildRequest(environment)))).toBe(run);
    expect(await environment.getOutcome(run)).toBe('succeeded');
  });

  test('recreates a deleted cluster for the new requester, with new secrets', async () => {
    const environment = createEnvironment();
    const process = environment.createProcess();
    await environment.createCluster(process);
    await environment.finishRun(process.clusterService.deleteCluster('demo', environment.requester, 'C1'));
    const requester = { team: 'T1', user: 'U2' };
    const run = await environment.finishRun(
      process.clusterService.createCluster({ spec: buildSpec(), requester, channel: 'C2' }),
    );
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect((await environment.store.read('cluster', 'demo'))?.value).toMatchObject({
      settledState: 'ready',
      createdBy: requester,
      channel: 'C2',
    });
    expect(environment.vaults.countGenerated('demo', 'ca')).toBe(2);
  });
});

describe('run ids', () => {
  test('sort by request time', async () => {
    const environment = createEnvironment();
    const { clusterService } = environment.createProcess();
    const ids: string[] = [];
    for (const name of ['c', 'a', 'b']) {
      ids.push(runOf(await clusterService.createCluster(buildRequest(environment, { name }))));
      environment.clock.advance(1);
    }
    expect(ids.toSorted()).toEqual(ids);
    expect(await environment.store.listOpenRuns()).toEqual(ids);
  });
});

describe('cancel', () => {
  test('stops a run within one observation, and it can be resumed', async () => {
    const environment = createEnvironment();
    const { clusterService } = environment.createProcess();
    const run = runOf(await clusterService.createCluster(buildRequest(environment)));
    await untilMachines(environment);
    const from = +environment.clock.now();
    expect(await clusterService.cancelRun('demo', environment.requester)).toEqual({ run });
    await environment.waitForRun(run);
    expect(+environment.clock.now() - from).toBeLessThan(3_000);
    expect(await environment.getOutcome(run)).toBe('cancelled');
    expect((await environment.store.read('cluster', 'demo'))?.value).toMatchObject({ settledState: 'cancelled' });
    expect((await environment.store.read('cluster', 'demo'))?.value.activeRun).toBeUndefined();

    expect(await environment.finishRun(clusterService.resumeRun('demo', environment.requester))).toBe(run);
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect([...environment.compute.getInsertCounts().values()].every((times) => times === 1)).toBe(true);
  });

  test('has no effect without an active run', async () => {
    const environment = createEnvironment();
    const process = environment.createProcess();
    await environment.createCluster(process);
    expect(await process.clusterService.cancelRun('demo', environment.requester)).toHaveProperty('unchanged');
    expect(await process.clusterService.cancelRun('other', environment.requester)).toEqual({ notFound: true });
  });

  test('stops a run of another process', async () => {
    const environment = createEnvironment();
    const run = runOf(await environment.createProcess().clusterService.createCluster(buildRequest(environment)));
    await untilMachines(environment);
    await environment.createProcess().clusterService.cancelRun('demo', environment.requester);
    await environment.waitForRun(run);
    expect(await environment.getOutcome(run)).toBe('cancelled');
  });
});

describe('resume', () => {
  test('returns the active run', async () => {
    const environment = createEnvironment();
    const { clusterService } = environment.createProcess();
    const run = runOf(await clusterService.createCluster(buildRequest(environment)));
    expect(await clusterService.resumeRun('demo', environment.requester)).toMatchObject({ activeRun: { run } });
  });

  test('has no effect on a complete cluster and reports an unknown one', async () => {
    const environment = createEnvironment();
    const process = environment.createProcess();
    await environment.createCluster(process);
    expect(await process.clusterService.resumeRun('demo', environment.requester)).toHaveProperty('unchanged');
    expect(await process.clusterService.resumeRun('other', environment.requester)).toEqual({ notFound: true });
  });

  test('retries deferred steps while the cluster stays ready', async () => {
    const environment = createEnvironment();
    const process = environment.createProcess();
    environment.kube.missingImages.add('coredns');
    const run = await environment.createCluster(process);
    expect(await environment.getOutcome(run)).toBe('succeeded');
    const problems = (await process.clusterService.getRunView(run))?.problems;
    expect(problems?.map(({ step, error }) => [step, error?.code])).toEqual([
      ['dns/ready', 'image-unavailable'],
      ['dns/lookup', 'image-unavailable'],
    ]);
    environment.clearFaults();
    expect(runOf(await process.clusterService.resumeRun('demo', environment.requester))).toBe(run);
    expect((await environment.store.read('cluster', 'demo'))?.value.settledState).toBe('ready');
    await environment.waitForRun(run);
    expect((await process.clusterService.getRunView(run))?.problems).toEqual([]);
  });

  test('retries a smoke test whose image was missing and cleans up', async () => {
    const environment = createEnvironment();
    const process = environment.createProcess();
    environment.kube.missingImages.add('nginx');
    const run = await environment.createCluster(process);
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    const problems = (await process.clusterService.getRunView(run))?.problems ?? [];
    expect(new Set(problems.map(({ error }) => error?.code))).toEqual(new Set(['image-unavailable']));
    expect(problems.map(({ step }) => step)).toContain('smoke/cleanup');
    environment.clearFaults();
    await environment.finishRun(process.clusterService.resumeRun('demo', environment.requester));
    expect((await process.clusterService.getRunView(run))?.problems).toEqual([]);
    await environment.clock.sleep(60_000, new AbortController().signal);
    const address = String((await environment.store.read('cluster', 'demo'))?.value.outputs['public-address']);
    expect(environment.kube.listObjectPaths(address).filter((path) => path.includes('kthw-smoke'))).toEqual([]);
  });

  test('resumes once for concurrent requests', async () => {
    const environment = createEnvironment();
    const process = environment.createProcess();
    environment.compute.faults.plan({
      call: /^insert instances/,
      when: 'before',
      error: () => new KthwError('quota', { doing: 'x' }),
    });
    const run = await environment.createCluster(process);
    const answers = await Promise.all(
      [process, environment.createProcess()].map(({ clusterService }) =>
        clusterService.resumeRun('demo', environment.requester),
      ),
    );
    expect(answers.filter((answer) => 'run' in answer).length).toBe(1);
    await environment.waitForRun(run);
    expect((await environment.listEvents(run, 'run.resumed')).length).toBe(1);
  });
});

describe('delete', () => {
  test('preempts a running create, waits until it stops and deletes everything', async () => {
    const environment = createEnvironment();
    const { clusterService } = environment.createProcess();
    const creating = runOf(await clusterService.createCluster(buildRequest(environment)));
    await untilMachines(environment);
    const deleting = await environment.finishRun(
      clusterService.deleteCluster('demo', environment.requester, 'C1', { stops: creating }),
    );
    expect([await environment.getOutcome(creating), await environment.getOutcome(deleting)]).toEqual([
      'cancelled',
      'succeeded',
    ]);
    expect(environment.compute.listResourceNames()).toEqual([]);
    expect((await environment.store.read('cluster', 'demo'))?.value).toMatchObject({
      settledState: 'deleted',
      outputs: {},
    });
    const ends = await lastAt(environment, creating);
    const begins = (await environment.store.readEvents(deleting)).find(({ event }) => event.type === 'step.started');
    expect(+(begins?.at ?? 0)).toBeGreaterThanOrEqual(ends);
    expect(await clusterService.getStatus('demo')).toBeUndefined();
  });

  test('is not preempted by a create', async () => {
    const environment = createEnvironment();
    const process = environment.createProcess();
    await environment.createCluster(process);
    const run = runOf(await process.clusterService.deleteCluster('demo', environment.requester, 'C1'));
    expect(await process.clusterService.createCluster(buildRequest(environment))).toMatchObject({
      activeRun: { run, operation: 'delete' },
    });
    expect(await process.clusterService.deleteCluster('demo', environment.requester, 'C1')).toMatchObject({
      activeRun: { run },
    });
  });

  test("keeps resources with the cluster's names that it does not own", async () => {
    const environment = createEnvironment();
    const process = environment.createProcess();
    await environment.createCluster(process);
    environment.compute.tamper('firewalls', 'demo-allow-internal', { description: 'by hand', network: 'theirs' });
    const run = await environment.finishRun(process.clusterService.deleteCluster('demo', environment.requester, 'C1'));
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect(environment.compute.listResourceNames()).toEqual(['firewalls demo-allow-internal']);
  });

  test.each<[string, (environment: RunEnvironment) => void, boolean]>([
    ['has failed', (w) => w.compute.faults.plan({ ...denied, call: /^delete instances demo-worker-2/ }), true],
    ['still runs', () => {}, false],
  ])('deletes workers left by a scaling that %s', async (_, goesWrong, ends) => {
    const environment = createEnvironment();
    const process = environment.createProcess();
    await environment.createCluster(process, { workers: 3 });
    goesWrong(environment);
    const scaling = runOf(
      await process.clusterService.scaleCluster('demo', {
        workers: 1,
        requester: environment.requester,
        channel: 'C1',
      }),
    );
    if (ends) await environment.waitForRun(scaling);
    else await environment.clock.sleep(5_000, new AbortController().signal);
    const deleting = await environment.finishRun(
      process.clusterService.deleteCluster('demo', environment.requester, 'C1', { stops: scaling }),
    );
    expect(await environment.getOutcome(scaling)).toBe(ends ? 'failed' : 'cancelled');
    expect(await environment.getOutcome(deleting)).toBe('succeeded');
    expect(environment.compute.listResourceNames()).toEqual([]);
  });

  test('reports an unknown cluster', async () => {
    const environment = createEnvironment();
    expect(await environment.createProcess().clusterService.deleteCluster('demo', environment.requester, 'C1')).toEqual(
      {
        notFound: true,
      },
    );
  });
});

describe('a process that crashes during a request', () => {
  test.each([1, 2, 3, 4, 5])('leaves no second run next to the new one (after write %i)', async (nth) => {
    const environment = createEnvironment();
    let writes = 0;
    const killedProcess = environment.createProcess({
      onStoreCall: (call, when, kill) => {
        if (when === 'after' && ['write', 'append'].includes(call) && ++writes === nth) kill();
      },
    });
    const answer = await killedProcess.clusterService.createCluster(buildRequest(environment)).catch(() => undefined);
    await killedProcess.kill();
    const nextProcess = environment.createProcess();
    await nextProcess.start();
    const again = await nextProcess.clusterService.createCluster(buildRequest(environment));
    for (const run of await environment.store.listOpenRuns()) await environment.waitForRun(run);
    const record = (await environment.store.read('cluster', 'demo'))?.value;
    expect(record).toMatchObject({ settledState: 'ready', runs: [expect.any(String)] });
    expect(answer === undefined || 'activeRun' in again || 'unchanged' in again).toBe(true);
    const begun = (await environment.store.list('run')).map(({ id }) => id);
    const driven = await Promise.all(
      begun.map(async (run) => (await environment.listEvents(run, 'run.claimed')).length > 0),
    );
    expect(driven.filter(Boolean).length).toBe(1);
  });
});

describe('a kubeconfig', () => {
  test('requires a ready cluster and is a secret', async () => {
    const environment = createEnvironment();
    const process = environment.createProcess();
    const run = runOf(await process.clusterService.createCluster(buildRequest(environment)));
    expect(
      await process.clusterService.issueKubeconfig('demo', { requester: environment.requester, role: 'cluster-admin' }),
    ).toEqual({
      notReady: 'provisioning',
    });
    await environment.waitForRun(run);
    const given = await process.clusterService.issueKubeconfig('demo', {
      requester: environment.requester,
      role: 'cluster-admin',
      hours: 2,
    });
    if (!given || 'notReady' in given) throw new Error('no kubeconfig was given');
    expect(JSON.stringify(given)).not.toContain('client-key-data');
    expect(given.file.reveal()).toContain('client-key-data');
    expect(+given.expiresAt - +environment.clock.now()).toBe(2 * 3_600_000);
    expect(
      await process.clusterService.issueKubeconfig('other', {
        requester: environment.requester,
        role: 'cluster-admin',
      }),
    ).toBeUndefined();
  });
});

const denied = { when: 'before', error: () => new KthwError('cloud-denied', { doing: 'x' }) } as const;

function runOf(answer: object | undefined): string {
  if (!answer || !('run' in answer)) throw new Error(`no run was begun: ${JSON.stringify(answer)}`);
  return String(answer.run);
}

/** Until machines are being made. */
async function untilMachines(environment: RunEnvironment): Promise<void> {
  for (
    let i = 0;
    i < 1_000 && !environment.compute.listResourceNames().some((name) => name.startsWith('instances'));
    i++
  ) {
    await environment.clock.sleep(100, new AbortController().signal);
  }
}

async function lastAt(environment: RunEnvironment, run: string): Promise<number> {
  const events = await environment.store.readEvents(run);
  return +(events.findLast(({ event }) => event.type === 'run.finished')?.at ?? 0);
}
