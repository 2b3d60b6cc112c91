import { describe, expect, test } from 'vitest';
import { operations } from '../../../src/engine/phases/operations.ts';
import { phases } from '../../../src/engine/phases/sort-phases.ts';
import { type PlannedStep, plan } from '../../../src/engine/workflow/plan.ts';
import { nameOf, survive, undisturbed } from '../../chaos/sweep.ts';
import { buildSpec, RunEnvironment } from '../../fakes/run-environment.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { needlesIn } from '../../support/secret-scanner.ts';

/** What clears up after itself makes again what it took away; what shuts behind those who came in has to do so again. */
const leaveNothing: ReadonlySet<string> = new Set(['smoke', 'disable-ssh']);

const cluster = buildCluster(buildSpec());
const up = plan(phases, cluster, { operation: operations.create });
const down = plan(phases, cluster, { operation: operations.delete });
const creating = await undisturbed('create');
const deleting = await undisturbed('delete');
const twice = await createdTwice();

describe.each(phases.map(({ name }) => name))('phase %s', (phase) => {
  const steps = new Set(of(phase, up).map(({ id }) => id));
  const built = kills(creating.kills, steps);
  const removed = kills(
    deleting.kills,
    of(phase, down).map(({ id }) => id),
  );

  test('ends the same wherever the process that builds it ends', { timeout: 120_000 }, async () => {
    expect(built.length).toBeGreaterThanOrEqual(steps.size);
    for (const kill of built) expect(await survive(kill, creating), nameOf(kill)).toEqual([]);
  });

  // What has nothing to remove, or clears up after itself, has no such law: it is not left out.
  if (removed.length > 0)
    test('ends the same wherever the process that removes it ends', { timeout: 120_000 }, async () => {
      for (const kill of removed) expect(await survive(kill, deleting), nameOf(kill)).toEqual([]);
    });

  if (!leaveNothing.has(phase))
    test('does nothing the second time', () => {
      const makes = of(phase, up).filter(({ step }) => step.apply);
      expect(makes.map(({ id }) => [id, twice.outcomes.get(id)])).toEqual(makes.map(({ id }) => [id, 'adopted']));
      expect(twice.made.filter(({ step }) => steps.has(step))).toEqual([]);
    });

  test('leaves nothing that a delete does not find when the create ended in it', async () => {
    const last = built.at(-1);
    const environment = new RunEnvironment();
    const victim = environment.createProcess({
      onKillPoint: (step, point, kill) => {
        if (last && 'step' in last && last.step === step && last.point === point) kill();
      },
    });
    const answer = await victim.clusterService.createCluster({
      spec: buildSpec(),
      requester: environment.requester,
      channel: 'C1',
    });
    await environment.clock.sleep(600_000, new AbortController().signal);
    await victim.kill();
    const heir = environment.createProcess();
    await environment.finishRun(heir.clusterService.deleteCluster('demo', environment.requester, 'C1'));
    expect(answer).toHaveProperty('run');
    expect((await environment.store.read('cluster', 'demo'))?.value).toMatchObject({ state: 'deleted', outputs: {} });
    expect(environment.compute.listResourceNames()).toEqual([]);
    expect([...(await environment.store.list('secret')), ...(await environment.store.list('dataKey'))]).toEqual([]);
    await environment.close();
  });
});

test('what is shown and kept of a cluster holds no secret', async () => {
  const environment = new RunEnvironment();
  const process = environment.createProcess();
  await environment.createCluster(process);
  const vault = environment.vaults.createProvider(environment.store).getVault('demo');
  const stored = await environment.store.list('secret');
  const secrets = await Promise.all(stored.map(async ({ value }) => (await vault.get(value.path))?.revealBytes()));
  const needles = secrets.flatMap((bytes) => (bytes ? needlesIn(bytes) : []));
  const kubeconfig = await process.clusterService.issueKubeconfig('demo', environment.requester);
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

function of(phase: string, planned: readonly PlannedStep[]): PlannedStep[] {
  return planned.filter((p) => p.phase.name === phase);
}

function kills(all: typeof creating.kills, steps: Iterable<string>): typeof creating.kills {
  const wanted = new Set(steps);
  return all.filter((kill) => 'step' in kill && wanted.has(kill.step));
}

/** A create, and the very same once more over what it made. */
async function createdTwice() {
  const environment = new RunEnvironment();
  const process = environment.createProcess();
  await environment.createCluster(process);
  // The smoke test's namespace is gone by then.
  await environment.clock.sleep(60_000, new AbortController().signal);
  const before = commandsRun(environment);
  const resources = JSON.stringify([...environment.compute.getInsertCounts()]);
  const run = await environment.repeatOperation(process, 'create');
  const finished = await environment.listEvents(run, 'step.finished');
  expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
  expect(JSON.stringify([...environment.compute.getInsertCounts()])).toBe(resources);
  const made = commandsRun(environment).filter((now, i) => now.times !== before[i]?.times);
  await environment.close();
  return { outcomes: new Map(finished.map(({ step, outcome }) => [step, outcome])), made };
}

function commandsRun(environment: RunEnvironment): { readonly step: string; readonly times: number }[] {
  return cluster.instances.flatMap(({ name }) =>
    [...(environment.ssh.findHostByName(name)?.stepRuns ?? [])].map(([step, times]) => ({ step, times })),
  );
}
