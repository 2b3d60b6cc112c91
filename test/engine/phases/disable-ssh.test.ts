import { afterEach, describe, expect, test } from 'vitest';
import { deriveCluster } from '../../../src/engine/cluster/cluster.ts';
import { phases } from '../../../src/engine/phases/registry.ts';
import { KthwError } from '../../../src/engine/workflow/errors.ts';
import { plan } from '../../../src/engine/workflow/plan.ts';
import type { ClusterSpec } from '../../../src/store/records.ts';
import { type Process, buildSpec, RunEnvironment } from '../../fakes/run-environment.ts';

const { signal } = new AbortController();
const worlds: RunEnvironment[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function aWorld(changes: Partial<ClusterSpec> = {}) {
  const world = new RunEnvironment();
  worlds.push(world);
  const process = world.createProcess();
  const run = await world.createCluster(process, changes);
  return { world, process, run };
}

/** What lets ssh in now: the rule, and machines that have the cluster's key. */
async function lettingIn(world: RunEnvironment): Promise<string[]> {
  const rule = await world.compute.firewalls.get({ name: 'demo-allow-ssh' }, signal);
  const machines = world.compute.listInstances().filter(({ spec }) => spec.metadata['ssh-keys'] !== undefined);
  return [...(rule && !rule.disabled ? ['rule'] : []), ...machines.map(({ name }) => name)].sort();
}

/** Once whoever came in has left. */
async function afterwards(world: RunEnvironment): Promise<string[]> {
  await world.clock.sleep(60_000, signal);
  return await lettingIn(world);
}

function turned(world: RunEnvironment): number {
  return world.compute.faults.countCalls(/^setFirewallDisabled /);
}

describe('the end of a run', () => {
  test('of a create shuts ssh, which nobody had to open, as the last that is done on machines', async () => {
    const { world, run } = await aWorld({ controllers: 3, workers: 2 });
    expect(await world.getOutcome(run), await world.describeLastEvents(run)).toBe('succeeded');
    expect(await lettingIn(world)).toEqual([]);
    expect(turned(world)).toBe(1);
    const outcomes = (await world.listEvents(run, 'step.finished')).filter(({ step }) => step.startsWith('closing/'));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(6).fill('applied'));
  });

  test.each<[string, (world: RunEnvironment, process: Process) => Promise<object>]>([
    [
      'scale up',
      ({ requester }, { clusterService }) =>
        clusterService.scaleCluster('demo', { workers: 2, requester, channel: 'C1' }),
    ],
    [
      'scale down',
      ({ requester }, { clusterService }) =>
        clusterService.scaleCluster('demo', { workers: 0, requester, channel: 'C1' }),
    ],
    [
      'resize',
      ({ requester }, { clusterService }) =>
        clusterService.resizeCluster('demo', { machineType: 'e2-standard-4', requester, channel: 'C1' }),
    ],
    [
      'rebuild',
      ({ requester }, { clusterService }) =>
        clusterService.rebuildCluster('demo', { fromPhase: 'workers', requester, channel: 'C1' }),
    ],
    ['smoke test', ({ requester }, { clusterService }) => clusterService.runSmokeTest('demo', requester, 'C1')],
  ])('of a %s shuts what it had opened', async (_, ask) => {
    const { world, process } = await aWorld();
    const before = turned(world);
    const run = await world.finishRun(ask(world, process));
    expect(await world.getOutcome(run), await world.describeLastEvents(run)).toBe('succeeded');
    expect(await afterwards(world)).toEqual([]);
    expect(turned(world) - before).toBe(2);
  });

  test('that left something for later shuts it, and so does the resume that does it', async () => {
    const world = new RunEnvironment();
    worlds.push(world);
    world.kube.missingImages.add('coredns');
    const process = world.createProcess();
    const run = await world.createCluster(process);
    const { latestRun } = (await process.clusterService.getStatus('demo')) ?? {};
    expect(latestRun?.problems).not.toEqual([]);
    expect(await lettingIn(world)).toEqual([]);
    world.clearFaults();
    await world.finishRun(process.clusterService.resumeRun('demo', world.requester));
    expect(await world.getOutcome(run)).toBe('succeeded');
    expect((await process.clusterService.getStatus('demo'))?.latestRun?.problems).toEqual([]);
    expect(await afterwards(world)).toEqual([]);
  });

  test('that failed leaves it open until a resume has ended', async () => {
    const world = new RunEnvironment();
    worlds.push(world);
    const error = () => new KthwError('disk-full', { host: 'demo-worker-0', doing: 'writing' });
    world.ssh.faults.plan({ call: /^write demo-worker-0 kubelet/, when: 'before', error });
    const process = world.createProcess();
    const run = await world.createCluster(process);
    expect(await world.getOutcome(run)).toBe('failed');
    expect(await afterwards(world)).toEqual(['demo-controller-0', 'demo-worker-0', 'rule']);
    await world.finishRun(process.clusterService.resumeRun('demo', world.requester));
    expect(await world.getOutcome(run)).toBe('succeeded');
    expect(await lettingIn(world)).toEqual([]);
  });

  test('may not come before ssh could be shut', async () => {
    const world = new RunEnvironment();
    worlds.push(world);
    const error = () => new KthwError('cloud-denied', { doing: 'turning firewall rule demo-allow-ssh off' });
    world.compute.faults.plan({ call: /^setFirewallDisabled /, when: 'before', error });
    const process = world.createProcess();
    const run = await world.createCluster(process);
    expect(await world.getOutcome(run)).toBe('failed');
    expect((await process.clusterService.getStatus('demo'))?.latestRun?.problems).toMatchObject([
      { step: 'closing/ssh' },
    ]);
    await world.finishRun(process.clusterService.resumeRun('demo', world.requester));
    expect(await world.getOutcome(run)).toBe('succeeded');
    expect(await lettingIn(world)).toEqual([]);
  });
});

describe('whoever looks at a cluster from outside of a run', () => {
  test.each(['runDoctor', 'getSnapshot'] as const)('opens ssh and shuts it behind: %s', async (method) => {
    const { world, process } = await aWorld();
    await world.clock.sleep(60_000, signal);
    const before = turned(world);
    const seen = await process.clusterService[method]('demo');
    expect(JSON.stringify(seen)).not.toContain('does not answer ssh');
    expect(turned(world) - before).toBe(2);
    expect(await lettingIn(world)).toEqual([]);
  });

  test('shuts what a process that was ended has left open', async () => {
    const { world, process } = await aWorld();
    world.compute.tamper('firewalls', 'demo-allow-ssh', { disabled: false });
    await process.clusterService.runDoctor('demo');
    expect(await lettingIn(world)).toEqual([]);
  });

  test('leaves it open while a run holds the cluster', async () => {
    const { world, process } = await aWorld();
    const found = await world.store.read('cluster', 'demo');
    if (!found) throw new Error('there is no cluster');
    await world.store.write('cluster', 'demo', { ...found.value, activeRun: 'some run' }, found.version);
    await process.clusterService.runDoctor('demo');
    expect(await lettingIn(world)).toEqual(['demo-controller-0', 'demo-worker-0', 'rule']);
  });

  test('says what it saw also where it can’t be shut again', async () => {
    const { world, process } = await aWorld();
    const error = () => new KthwError('cloud-unavailable', { doing: 'turning firewall rule demo-allow-ssh off' });
    await world.clock.sleep(60_000, signal);
    world.compute.tamper('firewalls', 'demo-allow-ssh', { disabled: false });
    world.compute.faults.plan({ call: /^setFirewallDisabled /, when: 'before', error });
    expect(await process.clusterService.runDoctor('demo')).toMatchObject({ cluster: 'demo', state: 'ready' });
    expect(world.logLines.join('\n')).toContain('shutting ssh after a visit');
  });
});

describe('the rule for ssh', () => {
  test('that is off is no drift, and one that was changed is', async () => {
    const { world, process } = await aWorld();
    const scaled = await world.finishRun(
      process.clusterService.scaleCluster('demo', { workers: 2, requester: world.requester, channel: 'C1' }),
    );
    expect(await world.getOutcome(scaled), await world.describeLastEvents(scaled)).toBe('succeeded');
    world.compute.tamper('firewalls', 'demo-allow-ssh', { sourceRanges: ['198.51.100.0/24'] });
    const again = await world.finishRun(
      process.clusterService.scaleCluster('demo', { workers: 1, requester: world.requester, channel: 'C1' }),
    );
    expect(await world.getOutcome(again)).toBe('failed');
    const conflicts = await world.listEvents(again, 'step.conflicted');
    expect(conflicts).toMatchObject([
      { step: 'firewall/demo-allow-ssh', differences: [{ desired: '0.0.0.0/0', actual: '198.51.100.0/24' }] },
    ]);
  });

  test.each(['demo-allow-external', 'demo-allow-internal'])('is the only one that may be off: %s', async (rule) => {
    const { world, process } = await aWorld();
    world.compute.tamper('firewalls', rule, { disabled: true });
    const run = await world.finishRun(
      process.clusterService.scaleCluster('demo', { workers: 2, requester: world.requester, channel: 'C1' }),
    );
    const conflicts = await world.listEvents(run, 'step.conflicted');
    const field = `firewall rule ${rule}: disabled`;
    expect(conflicts).toMatchObject([{ differences: [{ field, desired: 'false', actual: 'true' }] }]);
  });

  test('lets in whom the cluster was asked for with; asked for with others, it is a difference', async () => {
    const sshRanges = ['198.51.100.0/24', '203.0.113.7/32'];
    const { world, process } = await aWorld({ sshRanges });
    expect(await world.compute.firewalls.get({ name: 'demo-allow-ssh' }, signal)).toMatchObject({
      sourceRanges: sshRanges,
      allow: ['tcp:22'],
    });
    const ask = (spec: ClusterSpec) =>
      process.clusterService.createCluster({ spec, requester: world.requester, channel: 'C1' });
    expect(await ask(buildSpec({ sshRanges: sshRanges.toReversed() }))).toHaveProperty('unchanged');
    expect(await ask(buildSpec())).toEqual({
      differences: [{ field: 'sshRanges', desired: '0.0.0.0/0', actual: sshRanges.join() }],
    });
  });

  test('of a record from before it could be chosen lets in everybody', async () => {
    const { sshRanges: _, ...spec } = buildSpec();
    const world = new RunEnvironment();
    worlds.push(world);
    const process = world.createProcess();
    await world.finishRun(process.clusterService.createCluster({ spec, requester: world.requester, channel: 'C1' }));
    expect(deriveCluster(spec).sshRanges).toEqual(['0.0.0.0/0']);
    const again = await process.clusterService.createCluster({
      spec: buildSpec(),
      requester: world.requester,
      channel: 'C1',
    });
    expect(again).toHaveProperty('unchanged');
  });
});

test.each([
  [1, 0],
  [3, 3],
] as const)(
  'shutting waits for all but the end of the smoke test, with %d controllers and %d workers',
  (controllers, workers) => {
    const planned = plan(phases, deriveCluster(buildSpec({ controllers, workers })), { operation: 'create' });
    const byId = new Map(planned.map((p) => [p.id, p]));
    const found = new Set<string>();
    const walk = (id: string): void => {
      if (found.has(id)) return;
      found.add(id);
      for (const before of byId.get(id)?.dependsOn ?? []) walk(before);
    };
    walk('closing/ssh');
    const beside = planned.filter(({ id }) => !found.has(id)).map(({ id }) => id);
    const others = planned.filter(({ id }) => id.startsWith('closing/') && id !== 'closing/ssh').map(({ id }) => id);
    expect(beside).toEqual(expect.arrayContaining(['smoke/cleared', ...others]));
    // What is on a machine, and what looks at one, is over by then.
    const onMachines = planned.filter(
      ({ step, id }) => /^(controllers|workers)\//.test(step.containedIn ?? '') || /^(smoke|dns|ready)\//.test(id),
    );
    expect(onMachines.filter(({ id }) => beside.includes(id)).map(({ id }) => id)).toEqual(['smoke/cleared']);
    expect(others.map((id) => byId.get(id)?.dependsOn)).toEqual(others.map(() => byId.get('closing/ssh')?.dependsOn));
  },
);
