import { describe, expect, test } from 'vitest';
import { describeClusterStatus } from '../../../src/commands/messages/describe-status.ts';
import { getResourceNames } from '../../../src/engine/cluster/resource-names.ts';
import type { StartResultOrNotFound } from '../../../src/engine/service/cluster-service.ts';
import { buildSpec, type Process, type RunEnvironment } from '../../fakes/run-environment.ts';
import { createEnvironment, createReadyCluster } from '../../fixtures/ready-cluster.ts';

const ada = { team: 'T1', user: 'ADA' };
const grace = { team: 'T1', user: 'GRACE' };
const linus = { team: 'T1', user: 'LINUS' };
const channel = 'C1';

describe('a Resume button', () => {
  test('continues its own run only, never a newer deletion', async () => {
    const { environment, process } = await createReadyCluster();
    const scaling = await cancelMidway(environment, process, scale(process, 3));
    const deleting = await cancelMidway(
      environment,
      process,
      process.clusterService.deleteCluster('demo', grace, channel),
    );
    expect(await environment.getOutcome(deleting)).toBe('cancelled');
    expect(await process.clusterService.resumeRun('demo', ada, scaling)).toEqual({
      notCurrent: 'superseded',
      newerOperation: 'delete',
    });
    expect(await process.clusterService.resumeRun('demo', ada)).toEqual({ notCurrent: 'deletionCancelled' });
    expect((await environment.store.read('cluster', 'demo'))?.value.activeRun).toBeUndefined();
  });

  test('does not reopen a rejected request', async () => {
    const { environment, process } = await createReadyCluster();
    const run = await rejectRebuild(environment, process);
    expect(await process.clusterService.resumeRun('demo', ada, run)).toEqual({ notCurrent: 'rejected' });
    expect(await process.clusterService.resumeRun('demo', ada)).toEqual({ unchanged: 'ready' });
  });

  test('of a deleted cluster does not act on a new cluster with the same name', async () => {
    const { environment, process } = await createReadyCluster();
    const scaling = await cancelMidway(environment, process, scale(process, 3));
    await environment.finishRun(process.clusterService.deleteCluster('demo', ada, channel));
    await environment.createCluster(process);
    expect(await process.clusterService.resumeRun('demo', grace, scaling)).toMatchObject({ notCurrent: 'superseded' });
  });
});

describe('a rejection', () => {
  test('changes nothing, however often a rebuild is requested', async () => {
    const { environment, process } = await createReadyCluster();
    const before = environment.compute.listResourceNames();
    for (let i = 0; i < 3; i++) await rejectRebuild(environment, process);
    expect(environment.compute.listResourceNames()).toEqual(before);
    expect((await process.clusterService.getStatus('demo'))?.state).toBe('ready');
    expect(
      await process.clusterService.issueKubeconfig('demo', { requester: ada, role: 'cluster-admin' }),
    ).toHaveProperty('file');
    const rule = { name: getResourceNames({ name: 'demo' }).allowSsh };
    expect(await environment.compute.firewalls.get(rule, new AbortController().signal)).toMatchObject({
      disabled: true,
    });
  });
});

test('a cluster without DNS is shown so after a rejected request and a cancelled run', async () => {
  const { environment, process } = createEnvironment();
  environment.kube.missingImages.add('coredns');
  const creating = await environment.finishRun(create(process));
  expect((await process.clusterService.getRunView(creating))?.problems).not.toEqual([]);
  await rejectRebuild(environment, process);
  const status = await process.clusterService.getStatus('demo');
  expect(status).toMatchObject({
    latestRun: { operation: 'rebuild' },
    lastSucceededRun: { run: creating, canResume: true },
  });
  expect(status && describeClusterStatus(status).label).toBe('ready without DNS');
  const scaling = await cancelMidway(environment, process, scale(process, 2));
  const afterCancel = await process.clusterService.getStatus('demo');
  expect(afterCancel && describeClusterStatus(afterCancel).label).toBe('ready without DNS');
  expect(await process.clusterService.resumeRun('demo', ada)).toEqual({ run: scaling });
});

describe("a rebuild while another user's scaling is active", () => {
  async function requestBoth() {
    const { environment, process } = await createReadyCluster();
    const scaling = runOf(await scale(process, 3));
    await sleep(environment, 4_000);
    const result = await process.clusterService.rebuildCluster('demo', {
      fromPhase: 'kubelet',
      requester: grace,
      channel,
    });
    expect(result).toMatchObject({ stops: { run: scaling, operation: 'scale', requester: ada } });
    const rebuilding = runOf(result);
    const approval = await waitForApproval(environment, process, rebuilding);
    return { environment, process, scaling, rebuilding, approval };
  }

  test('names the scaling, and stops nothing before the approval', async () => {
    const { environment, process, scaling, approval } = await requestBoth();
    expect(approval.stops).toMatchObject({ run: scaling, operation: 'scale', requester: ada });
    expect(await environment.listEvents(scaling, 'run.cancelRequested')).toEqual([]);
    expect(await process.clusterService.runSmokeTest('demo', linus, channel)).toMatchObject({
      activeRun: { run: scaling, requester: ada },
    });
    expect(
      await process.clusterService.rebuildCluster('demo', { fromPhase: 'kubelet', requester: linus, channel }),
    ).toMatchObject({ activeRun: { requester: grace, operation: 'rebuild' } });
  });

  test('stops it on approval, in the name of the approver, and then rebuilds', async () => {
    const { environment, process, scaling, rebuilding, approval } = await requestBoth();
    await process.clusterService.decideApproval(rebuilding, approval.digest, linus, true);
    await environment.waitForRun(rebuilding);
    expect(await environment.getOutcome(scaling)).toBe('cancelled');
    expect(await environment.listEvents(scaling, 'run.cancelRequested')).toEqual([
      { type: 'run.cancelRequested', actor: linus, preemptedBy: { run: rebuilding, operation: 'rebuild' } },
    ]);
    expect(await environment.getOutcome(rebuilding)).toBe('succeeded');
  });

  test('leaves it alone after a rejection', async () => {
    const { environment, process, scaling, rebuilding, approval } = await requestBoth();
    await process.clusterService.decideApproval(rebuilding, approval.digest, linus, false);
    await environment.waitForRun(scaling);
    await environment.waitForRun(rebuilding);
    expect(await environment.getOutcome(scaling)).toBe('succeeded');
    expect(await environment.getOutcome(rebuilding)).toBe('cancelled');
    expect(await process.clusterService.getStatus('demo')).toMatchObject({
      state: 'ready',
      record: { spec: { workers: 3 } },
    });
  });
});

describe('a process that ends between two writes', () => {
  test('loses no queued run: the next process requests its approval', async () => {
    const { environment } = await createReadyCluster();
    const scaling = runOf(await scale(environment.createProcess(), 3));
    let isWritten = false;
    const killedProcess = environment.createProcess({
      onStoreCall: (call, when, kill) => {
        if (call !== 'write' || when !== 'after' || isWritten) return;
        // The run's record comes first, then the cluster that refers to it.
        void environment.store.read('cluster', 'demo').then((found) => {
          if (!found?.value.queuedRun || isWritten) return;
          isWritten = true;
          kill();
        });
      },
    });
    const request = { fromPhase: 'kubelet', requester: grace, channel };
    await killedProcess.clusterService.rebuildCluster('demo', request).catch(() => undefined);
    const process = environment.createProcess();
    await process.start();
    const queuedRun = (await environment.store.read('cluster', 'demo'))?.value.queuedRun ?? '';
    expect(await waitForApproval(environment, process, queuedRun)).toMatchObject({ stops: { run: scaling } });
  });

  test('still stops the run that a confirmed deletion names', async () => {
    const { environment, process } = createEnvironment();
    const creating = runOf(
      await process.clusterService.createCluster({
        spec: buildSpec(),
        requester: ada,
        channel,
        pausesAfterChapters: true,
      }),
    );
    while ((await process.clusterService.getRunView(creating))?.pausedAfterChapter === undefined)
      await sleep(environment, 250);
    await process.kill();
    // This process records the deletion, but ends before it stops the create, which waits for a user.
    const killedProcess = environment.createProcess();
    const deleting = runOf(
      await killedProcess.clusterService.deleteCluster('demo', grace, channel, { stops: creating }),
    );
    await killedProcess.kill();
    await environment.createProcess().start();
    await environment.waitForRun(deleting);
    expect(await environment.listEvents(creating, 'run.cancelRequested')).toEqual([
      { type: 'run.cancelRequested', actor: grace, preemptedBy: { run: deleting, operation: 'delete' } },
    ]);
    expect(await environment.getOutcome(deleting)).toBe('succeeded');
  });
});

test('a rebuild that is queued behind a create ends when the create makes nothing', async () => {
  const { environment, process } = createEnvironment();
  environment.compute.quotaLimits.CPUS = 1;
  const creating = runOf(await create(process));
  const rebuilding = runOf(
    await process.clusterService.rebuildCluster('demo', { fromPhase: 'kubelet', requester: grace, channel }),
  );
  await environment.waitForRun(creating);
  await environment.waitForRun(rebuilding);
  expect(await environment.getOutcome(rebuilding)).toBe('cancelled');
  // Not only because its approval expired.
  const [request] = await environment.listEvents(rebuilding, 'approval.requested');
  expect(+environment.clock.now()).toBeLessThan(Date.parse(request?.expiresAt ?? ''));
  const record = (await environment.store.read('cluster', 'demo'))?.value;
  expect([record?.settledState, record?.activeRun, record?.queuedRun]).toEqual(['deleted', undefined, undefined]);
});

test('a rejected change of the workers leaves nothing to remove', async () => {
  const { environment, process } = await createReadyCluster({ workers: 2 });
  const run = runOf(await scale(process, 1));
  const { digest } = await waitForApproval(environment, process, run);
  await process.clusterService.decideApproval(run, digest, grace, false);
  await environment.waitForRun(run);
  const rejectedUp = runOf(await process.clusterService.scaleCluster('demo', { workers: 5, requester: ada, channel }));
  await process.clusterService.cancelRun('demo', ada, rejectedUp);
  await environment.waitForRun(rejectedUp);
  expect((await process.clusterService.getRunView(rejectedUp))?.hasChanges).toBe(false);
  expect(await scale(process, 2)).toEqual({ unchanged: 'ready' });
});

describe('a create that makes nothing', () => {
  test('is refused at once for a machine type that is too small, with one that fits', async () => {
    const { environment, process } = createEnvironment();
    expect(await create(process, { machineType: 'f1-micro' })).toMatchObject({
      problem: expect.stringContaining('f1-micro is too small'),
      suggestedMachineType: 'e2-standard-2',
    });
    expect(await environment.store.list('run')).toEqual([]);
  });

  test('frees its name when its preflight checks fail, and the next create delivers the kubeconfig', async () => {
    const { environment, process } = createEnvironment();
    environment.compute.quotaLimits.CPUS = 1;
    const failed = await environment.finishRun(create(process));
    expect(await environment.getOutcome(failed)).toBe('failed');
    expect(await process.clusterService.getStatus('demo')).toBeUndefined();
    expect(await process.clusterService.resumeRun('demo', ada, failed)).toEqual({ notCurrent: 'changedNothing' });
    environment.compute.quotaLimits.CPUS = 500;
    const created = await environment.finishRun(create(process, { workers: 2 }));
    expect(await environment.getOutcome(created)).toBe('succeeded');
    expect((await process.clusterService.getRunView(created))?.isFirstSetup).toBe(true);
  });
});

describe('a delete that requires approval', () => {
  const remove = ({ clusterService }: Process, stops?: string) =>
    clusterService.deleteCluster('demo', ada, channel, { stops, requiresApproval: true });

  test('changes nothing until it is approved, and the approval lists every instance', async () => {
    const { environment, process } = await createReadyCluster();
    const before = environment.compute.listResourceNames();
    const run = runOf(await remove(process));
    const approval = await waitForApproval(environment, process, run);
    expect(approval.deletions.join()).toMatch(/demo-controller-0.*demo-worker-0|demo-worker-0.*demo-controller-0/);
    expect((await process.clusterService.getStatus('demo'))?.state).toBe('ready');
    expect(environment.compute.listResourceNames()).toEqual(before);
    await process.clusterService.decideApproval(run, approval.digest, grace, false);
    await environment.waitForRun(run);
    expect(environment.compute.listResourceNames()).toEqual(before);
    expect(await process.clusterService.resumeRun('demo', ada, run)).toEqual({ notCurrent: 'rejected' });
    const approved = await environment.finishRun(remove(process));
    expect(await environment.getOutcome(approved)).toBe('succeeded');
    expect(environment.compute.listResourceNames()).toEqual([]);
  });

  test('stops the active run only when it is approved', async () => {
    const { environment, process } = await createReadyCluster();
    const scaling = runOf(await scale(process, 3));
    expect(await remove(process)).toMatchObject({ activeRun: { run: scaling } });
    const deleting = await remove(process, scaling);
    expect(deleting).toMatchObject({ stops: { run: scaling } });
    const approval = await waitForApproval(environment, process, runOf(deleting));
    expect(approval.stops?.run).toBe(scaling);
    expect(await environment.listEvents(scaling, 'run.cancelRequested')).toEqual([]);
    await process.clusterService.decideApproval(approval.run, approval.digest, grace, true);
    await environment.waitForRun(approval.run);
    expect(environment.compute.listResourceNames()).toEqual([]);
  });
});

test('the first success after a failed create delivers the kubeconfig, and later runs do not', async () => {
  const { environment, process } = createEnvironment();
  await cancelMidway(environment, process, create(process));
  const rebuilding = await environment.finishRun(
    process.clusterService.rebuildCluster('demo', { fromPhase: 'controllers', requester: grace, channel }),
  );
  expect(await environment.getOutcome(rebuilding)).toBe('succeeded');
  expect((await process.clusterService.getRunView(rebuilding))?.isFirstSetup).toBe(true);
  const scaling = await environment.finishRun(scale(process, 2));
  expect((await process.clusterService.getRunView(scaling))?.isFirstSetup).toBe(false);
});

function create(process: Process, changes: Parameters<typeof buildSpec>[0] = {}): Promise<StartResultOrNotFound> {
  return process.clusterService.createCluster({ spec: buildSpec(changes), requester: ada, channel });
}

function scale(process: Process, workers: number): Promise<StartResultOrNotFound> {
  return process.clusterService.scaleCluster('demo', { workers, requester: ada, channel });
}

/** Cancels a run after it has begun to change something. */
async function cancelMidway(
  environment: RunEnvironment,
  process: Process,
  request: Promise<StartResultOrNotFound>,
): Promise<string> {
  const run = runOf(await request);
  while (!(await process.clusterService.getRunView(run))?.hasChanges) await sleep(environment, 250);
  await process.clusterService.cancelRun('demo', grace, run);
  await environment.waitForRun(run);
  return run;
}

async function rejectRebuild(environment: RunEnvironment, process: Process): Promise<string> {
  const request = { fromPhase: 'kubelet', requester: grace, channel };
  const run = runOf(await process.clusterService.rebuildCluster('demo', request));
  const { digest } = await waitForApproval(environment, process, run);
  await process.clusterService.decideApproval(run, digest, ada, false);
  await environment.waitForRun(run);
  return run;
}

async function waitForApproval(environment: RunEnvironment, { clusterService }: Process, run: string) {
  for (let i = 0; i < 200; i++) {
    const approval = await clusterService.getPendingApproval(run);
    if (approval) return approval;
    await sleep(environment, 250);
  }
  throw new Error(`run ${run} requests no approval: ${await environment.describeLastEvents(run)}`);
}

function sleep(environment: RunEnvironment, ms: number): Promise<void> {
  return environment.clock.sleep(ms, new AbortController().signal);
}

function runOf(result: StartResultOrNotFound): string {
  if (!('run' in result)) throw new Error(`no run was started: ${JSON.stringify(result)}`);
  return result.run;
}
