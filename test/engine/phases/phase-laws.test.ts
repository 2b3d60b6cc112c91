import { describe, expect, test } from 'vitest';
import { operations } from '../../../src/engine/phases/operations.ts';
import { phases } from '../../../src/engine/phases/sort-phases.ts';
import { type PlannedStep, plan } from '../../../src/engine/workflow/plan.ts';
import { describeKill, findKillDamage, recordCourse } from '../../chaos/sweep.ts';
import { buildSpec, RunEnvironment } from '../../fakes/run-environment.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { needlesIn } from '../../support/secret-scanner.ts';

/** Phases that also act in a second run: the smoke test creates its objects again, and SSH access is disabled again. */
const reappliedPhases: ReadonlySet<string> = new Set(['smoke', 'disable-ssh']);

const cluster = buildCluster(buildSpec());
const up = plan(phases, cluster, { operation: operations.create });
const down = plan(phases, cluster, { operation: operations.delete });
const createCourse = await recordCourse('create');
const deleteCourse = await recordCourse('delete');
const secondCreate = await createTwice();

describe.each(phases.map(({ name }) => name))('phase %s', (phase) => {
  const steps = new Set(selectSteps(phase, up).map(({ id }) => id));
  const built = selectKills(createCourse.kills, steps);
  const removed = selectKills(
    deleteCourse.kills,
    selectSteps(phase, down).map(({ id }) => id),
  );

  test('reaches the same state after a kill at any point of a create', { timeout: 120_000 }, async () => {
    expect(built.length).toBeGreaterThanOrEqual(steps.size);
    for (const kill of built) expect(await findKillDamage(kill, createCourse), describeKill(kill)).toEqual([]);
  });

  // Phases without removable steps have no such law.
  if (removed.length > 0)
    test('reaches the same state after a kill at any point of a delete', { timeout: 120_000 }, async () => {
      for (const kill of removed) expect(await findKillDamage(kill, deleteCourse), describeKill(kill)).toEqual([]);
    });

  if (!reappliedPhases.has(phase))
    test('changes nothing when it runs again', () => {
      const appliedSteps = selectSteps(phase, up).filter(({ step }) => step.apply);
      expect(appliedSteps.map(({ id }) => [id, secondCreate.outcomes.get(id)])).toEqual(
        appliedSteps.map(({ id }) => [id, 'adopted']),
      );
      expect(secondCreate.repeatedSteps.filter(({ step }) => steps.has(step))).toEqual([]);
    });

  test('is deleted completely when the create was killed in it', async () => {
    const last = built.at(-1);
    const environment = new RunEnvironment();
    const killedProcess = environment.createProcess({
      onKillPoint: (step, point, kill) => {
        if (last && 'step' in last && last.step === step && last.point === point) kill();
      },
    });
    const answer = await killedProcess.clusterService.createCluster({
      spec: buildSpec(),
      requester: environment.requester,
      channel: 'C1',
    });
    await environment.clock.sleep(600_000, new AbortController().signal);
    await killedProcess.kill();
    const nextProcess = environment.createProcess();
    if (!('run' in answer)) throw new Error(`no run was started: ${JSON.stringify(answer)}`);
    await environment.finishRun(
      nextProcess.clusterService.deleteCluster('demo', environment.requester, 'C1', { stops: answer.run }),
    );
    expect((await environment.store.read('cluster', 'demo'))?.value).toMatchObject({
      settledState: 'deleted',
      outputs: {},
    });
    expect(environment.compute.listResourceNames()).toEqual([]);
    expect([...(await environment.store.list('secret')), ...(await environment.store.list('dataKey'))]).toEqual([]);
    await environment.close();
  });
});

test('views, events, records and logs contain no secret', async () => {
  const environment = new RunEnvironment();
  const process = environment.createProcess();
  await environment.createCluster(process);
  const vault = environment.vaults.createProvider(environment.store).getVault('demo');
  const stored = await environment.store.list('secret');
  const secrets = await Promise.all(stored.map(async ({ value }) => (await vault.get(value.path))?.revealBytes()));
  const needles = secrets.flatMap((bytes) => (bytes ? needlesIn(bytes) : []));
  const kubeconfig = await process.clusterService.issueKubeconfig('demo', {
    requester: environment.requester,
    role: 'cluster-admin',
  });
  await environment.finishRun(process.clusterService.deleteCluster('demo', environment.requester, 'C1'));

  const runs = (await environment.store.list('run')).map(({ id }) => id);
  const shown = await Promise.all(runs.map((run) => process.clusterService.getRunView(run)));
  const events = await Promise.all(runs.map((run) => environment.store.readEvents(run)));
  const records = await Promise.all([
    environment.store.list('cluster'),
    environment.store.list('run'),
    environment.store.list('kubeconfigGrant'),
  ]);
  const text = JSON.stringify([
    shown,
    events,
    records,
    kubeconfig,
    environment.logLines,
    up.map(({ step }) => step.title),
  ]);
  expect(needles.length).toBeGreaterThan(50);
  expect(needles.filter((needle) => text.includes(needle))).toEqual([]);
  await environment.close();
});

function selectSteps(phase: string, planned: readonly PlannedStep[]): PlannedStep[] {
  return planned.filter((p) => p.phase.name === phase);
}

function selectKills(all: typeof createCourse.kills, steps: Iterable<string>): typeof createCourse.kills {
  const selected = new Set(steps);
  return all.filter((kill) => 'step' in kill && selected.has(kill.step));
}

/** A create, and a second one of the same cluster. */
async function createTwice() {
  const environment = new RunEnvironment();
  const process = environment.createProcess();
  await environment.createCluster(process);
  // Until the smoke test's namespace is deleted.
  await environment.clock.sleep(60_000, new AbortController().signal);
  const before = countStepRuns(environment);
  const resources = JSON.stringify([...environment.compute.getInsertCounts()]);
  const run = await environment.repeatOperation(process, 'create');
  const finished = await environment.listEvents(run, 'step.finished');
  expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
  expect(JSON.stringify([...environment.compute.getInsertCounts()])).toBe(resources);
  const repeatedSteps = countStepRuns(environment).filter((now, i) => now.times !== before[i]?.times);
  await environment.close();
  return { outcomes: new Map(finished.map(({ step, outcome }) => [step, outcome])), repeatedSteps };
}

function countStepRuns(environment: RunEnvironment): { readonly step: string; readonly times: number }[] {
  return cluster.instances.flatMap(({ name }) =>
    [...(environment.ssh.findHostByName(name)?.stepRuns ?? [])].map(([step, times]) => ({ step, times })),
  );
}
