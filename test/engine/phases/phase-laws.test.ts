import { describe, expect, test } from 'vitest';
import { phases } from '../../../src/engine/phases/registry.ts';
import { type PlannedStep, plan } from '../../../src/engine/workflow/plan.ts';
import { nameOf, survive, undisturbed } from '../../chaos/sweep.ts';
import { buildSpec, RunEnvironment } from '../../fakes/run-environment.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { needlesIn } from '../../support/secret-scanner.ts';

/** What clears up after itself makes again what it took away; what shuts behind those who came in has to do so again. */
const leaveNothing: ReadonlySet<string> = new Set(['smoke', 'closing']);

const cluster = buildCluster(buildSpec());
const up = plan(phases, cluster, { operation: 'create' });
const down = plan(phases, cluster, { operation: 'delete' });
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
    const world = new RunEnvironment();
    const victim = world.createProcess({
      onKillPoint: (step, point, kill) => {
        if (last && 'step' in last && last.step === step && last.point === point) kill();
      },
    });
    const answer = await victim.clusterService.createCluster({
      spec: buildSpec(),
      requester: world.requester,
      channel: 'C1',
    });
    await world.clock.sleep(600_000, new AbortController().signal);
    await victim.kill();
    const heir = world.createProcess();
    await world.finishRun(heir.clusterService.deleteCluster('demo', world.requester, 'C1'));
    expect(answer).toHaveProperty('run');
    expect((await world.store.read('cluster', 'demo'))?.value).toMatchObject({ state: 'deleted', outputs: {} });
    expect(world.compute.listResourceNames()).toEqual([]);
    expect([...(await world.store.list('secret')), ...(await world.store.list('dataKey'))]).toEqual([]);
    await world.close();
  });
});

test('what is shown and kept of a cluster holds no secret', async () => {
  const world = new RunEnvironment();
  const process = world.createProcess();
  await world.createCluster(process);
  const vault = world.vaults.createProvider(world.store).getVault('demo');
  const stored = await world.store.list('secret');
  const secrets = await Promise.all(stored.map(async ({ value }) => (await vault.get(value.path))?.revealBytes()));
  const needles = secrets.flatMap((bytes) => (bytes ? needlesIn(bytes) : []));
  const kubeconfig = await process.clusterService.issueKubeconfig('demo', world.requester);
  await world.finishRun(process.clusterService.deleteCluster('demo', world.requester, 'C1'));

  const runs = (await world.store.list('run')).map(({ id }) => id);
  const shown = await Promise.all(runs.map((run) => process.clusterService.getRunView(run)));
  const events = await Promise.all(runs.map((run) => world.store.readEvents(run)));
  const records = await Promise.all([
    world.store.list('cluster'),
    world.store.list('run'),
    world.store.list('kubeconfigGrant'),
  ]);
  const text = JSON.stringify([shown, events, records, kubeconfig, world.logLines, up.map(({ step }) => step.title)]);
  expect(needles.length).toBeGreaterThan(50);
  expect(needles.filter((needle) => text.includes(needle))).toEqual([]);
  await world.close();
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
  const world = new RunEnvironment();
  const process = world.createProcess();
  await world.createCluster(process);
  // The smoke test's namespace is gone by then.
  await world.clock.sleep(60_000, new AbortController().signal);
  const before = commandsRun(world);
  const resources = JSON.stringify([...world.compute.getInsertCounts()]);
  const run = await world.repeatOperation(process, 'create');
  const finished = await world.listEvents(run, 'step.finished');
  expect(await world.getOutcome(run), await world.describeLastEvents(run)).toBe('succeeded');
  expect(JSON.stringify([...world.compute.getInsertCounts()])).toBe(resources);
  const made = commandsRun(world).filter((now, i) => now.times !== before[i]?.times);
  await world.close();
  return { outcomes: new Map(finished.map(({ step, outcome }) => [step, outcome])), made };
}

function commandsRun(world: RunEnvironment): { readonly step: string; readonly times: number }[] {
  return cluster.instances.flatMap(({ name }) =>
    [...(world.ssh.findHostByName(name)?.stepRuns ?? [])].map(([step, times]) => ({ step, times })),
  );
}
