import { afterEach, describe, expect, test } from 'vitest';
import { deriveCluster } from '../../../src/engine/cluster/cluster.ts';
import { phases } from '../../../src/engine/phases/registry.ts';
import { KthwError } from '../../../src/engine/workflow/errors.ts';
import { plan } from '../../../src/engine/workflow/plan.ts';
import type { ClusterSpec } from '../../../src/store/records.ts';
import { type Process, specOf, World } from '../../fakes/run-environment.ts';

const { signal } = new AbortController();
const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function aWorld(changes: Partial<ClusterSpec> = {}) {
  const world = new World();
  worlds.push(world);
  const process = world.process();
  const run = await world.create(process, changes);
  return { world, process, run };
}

/** What lets ssh in now: the rule, and machines that have the cluster's key. */
async function lettingIn(world: World): Promise<string[]> {
  const rule = await world.cloud.firewalls.get({ name: 'demo-allow-ssh' }, signal);
  const machines = world.cloud.machines().filter(({ spec }) => spec.metadata['ssh-keys'] !== undefined);
  return [...(rule && !rule.disabled ? ['rule'] : []), ...machines.map(({ name }) => name)].sort();
}

/** Once whoever came in has left. */
async function afterwards(world: World): Promise<string[]> {
  await world.clock.sleep(60_000, signal);
  return await lettingIn(world);
}

function turned(world: World): number {
  return world.cloud.faults.calls(/^setFirewallDisabled /);
}

describe('the end of a run', () => {
  test('of a create shuts ssh, which nobody had to open, as the last that is done on machines', async () => {
    const { world, run } = await aWorld({ controllers: 3, workers: 2 });
    expect(await world.endOf(run), await world.tail(run)).toBe('succeeded');
    expect(await lettingIn(world)).toEqual([]);
    expect(turned(world)).toBe(1);
    const outcomes = (await world.eventsOf(run, 'step.finished')).filter(({ step }) => step.startsWith('closing/'));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(6).fill('applied'));
  });

  test.each<[string, (world: World, process: Process) => Promise<object>]>([
    ['scale up', ({ by: requester }, { desk }) => desk.scaleCluster('demo', { workers: 2, requester, channel: 'C1' })],
    [
      'scale down',
      ({ by: requester }, { desk }) => desk.scaleCluster('demo', { workers: 0, requester, channel: 'C1' }),
    ],
    [
      'resize',
      ({ by: requester }, { desk }) =>
        desk.resizeCluster('demo', { machineType: 'e2-standard-4', requester, channel: 'C1' }),
    ],
    [
      'rebuild',
      ({ by: requester }, { desk }) => desk.rebuildCluster('demo', { fromPhase: 'workers', requester, channel: 'C1' }),
    ],
    ['smoke test', ({ by }, { desk }) => desk.runSmokeTest('demo', by, 'C1')],
  ])('of a %s shuts what it had opened', async (_, ask) => {
    const { world, process } = await aWorld();
    const before = turned(world);
    const run = await world.finish(ask(world, process));
    expect(await world.endOf(run), await world.tail(run)).toBe('succeeded');
    expect(await afterwards(world)).toEqual([]);
    expect(turned(world) - before).toBe(2);
  });

  test('that left something for later shuts it, and so does the resume that does it', async () => {
    const world = new World();
    worlds.push(world);
    world.kube.missingImages.add('coredns');
    const process = world.process();
    const run = await world.create(process);
    const { latestRun } = (await process.desk.getStatus('demo')) ?? {};
    expect(latestRun?.problems).not.toEqual([]);
    expect(await lettingIn(world)).toEqual([]);
    world.mend();
    await world.finish(process.desk.resumeRun('demo', world.by));
    expect(await world.endOf(run)).toBe('succeeded');
    expect((await process.desk.getStatus('demo'))?.latestRun?.problems).toEqual([]);
    expect(await afterwards(world)).toEqual([]);
  });

  test('that failed leaves it open until a resume has ended', async () => {
    const world = new World();
    worlds.push(world);
    const error = () => new KthwError('disk-full', { host: 'demo-worker-0', doing: 'writing' });
    world.remote.faults.plan({ call: /^write demo-worker-0 kubelet/, when: 'before', error });
    const process = world.process();
    const run = await world.create(process);
    expect(await world.endOf(run)).toBe('failed');
    expect(await afterwards(world)).toEqual(['demo-controller-0', 'demo-worker-0', 'rule']);
    await world.finish(process.desk.resumeRun('demo', world.by));
    expect(await world.endOf(run)).toBe('succeeded');
    expect(await lettingIn(world)).toEqual([]);
  });

  test('may not come before ssh could be shut', async () => {
    const world = new World();
    worlds.push(world);
    const error = () => new KthwError('cloud-denied', { doing: 'turning firewall rule demo-allow-ssh off' });
    world.cloud.faults.plan({ call: /^setFirewallDisabled /, when: 'before', error });
    const process = world.process();
    const run = await world.create(process);
    expect(await world.endOf(run)).toBe('failed');
    expect((await process.desk.getStatus('demo'))?.latestRun?.problems).toMatchObject([{ step: 'closing/ssh' }]);
    await world.finish(process.desk.resumeRun('demo', world.by));
    expect(await world.endOf(run)).toBe('succeeded');
    expect(await lettingIn(world)).toEqual([]);
  });
});

describe('whoever looks at a cluster from outside of a run', () => {
  test.each(['runDoctor', 'getSnapshot'] as const)('opens ssh and shuts it behind: %s', async (method) => {
    const { world, process } = await aWorld();
    await world.clock.sleep(60_000, signal);
    const before = turned(world);
    const seen = await process.desk[method]('demo');
    expect(JSON.stringify(seen)).not.toContain('does not answer ssh');
    expect(turned(world) - before).toBe(2);
    expect(await lettingIn(world)).toEqual([]);
  });

  test('shuts what a process that was ended has left open', async () => {
    const { world, process } = await aWorld();
    world.cloud.tamper('firewalls', 'demo-allow-ssh', { disabled: false });
    await process.desk.runDoctor('demo');
    expect(await lettingIn(world)).toEqual([]);
  });

  test('leaves it open while a run holds the cluster', async () => {
    const { world, process } = await aWorld();
    const found = await world.store.read('cluster', 'demo');
    if (!found) throw new Error('there is no cluster');
    await world.store.write('cluster', 'demo', { ...found.value, activeRun: 'some run' }, found.version);
    await process.desk.runDoctor('demo');
    expect(await lettingIn(world)).toEqual(['demo-controller-0', 'demo-worker-0', 'rule']);
  });

  test('says what it saw also where it can’t be shut again', async () => {
    const { world, process } = await aWorld();
    const error = () => new KthwError('cloud-unavailable', { doing: 'turning firewall rule demo-allow-ssh off' });
    await world.clock.sleep(60_000, signal);
    world.cloud.tamper('firewalls', 'demo-allow-ssh', { disabled: false });
    world.cloud.faults.plan({ call: /^setFirewallDisabled /, when: 'before', error });
    expect(await process.desk.runDoctor('demo')).toMatchObject({ cluster: 'demo', state: 'ready' });
    expect(world.logged.join('\n')).toContain('shutting ssh after a visit');
  });
});

describe('the rule for ssh', () => {
  test('that is off is no drift, and one that was changed is', async () => {
    const { world, process } = await aWorld();
    const scaled = await world.finish(
      process.desk.scaleCluster('demo', { workers: 2, requester: world.by, channel: 'C1' }),
    );
    expect(await world.endOf(scaled), await world.tail(scaled)).toBe('succeeded');
    world.cloud.tamper('firewalls', 'demo-allow-ssh', { sourceRanges: ['198.51.100.0/24'] });
    const again = await world.finish(
      process.desk.scaleCluster('demo', { workers: 1, requester: world.by, channel: 'C1' }),
    );
    expect(await world.endOf(again)).toBe('failed');
    const conflicts = await world.eventsOf(again, 'step.conflicted');
    expect(conflicts).toMatchObject([
      { step: 'firewall/demo-allow-ssh', differences: [{ desired: '0.0.0.0/0', actual: '198.51.100.0/24' }] },
    ]);
  });

  test.each(['demo-allow-external', 'demo-allow-internal'])('is the only one that may be off: %s', async (rule) => {
    const { world, process } = await aWorld();
    world.cloud.tamper('firewalls', rule, { disabled: true });
    const run = await world.finish(
      process.desk.scaleCluster('demo', { workers: 2, requester: world.by, channel: 'C1' }),
    );
    const conflicts = await world.eventsOf(run, 'step.conflicted');
    const field = `firewall rule ${rule}: disabled`;
    expect(conflicts).toMatchObject([{ differences: [{ field, desired: 'false', actual: 'true' }] }]);
  });

  test('lets in whom the cluster was asked for with; asked for with others, it is a difference', async () => {
    const sshRanges = ['198.51.100.0/24', '203.0.113.7/32'];
    const { world, process } = await aWorld({ sshRanges });
    expect(await world.cloud.firewalls.get({ name: 'demo-allow-ssh' }, signal)).toMatchObject({
      sourceRanges: sshRanges,
      allow: ['tcp:22'],
    });
    const ask = (spec: ClusterSpec) => process.desk.createCluster({ spec, requester: world.by, channel: 'C1' });
    expect(await ask(specOf({ sshRanges: sshRanges.toReversed() }))).toHaveProperty('unchanged');
    expect(await ask(specOf())).toEqual({
      differences: [{ field: 'sshRanges', desired: '0.0.0.0/0', actual: sshRanges.join() }],
    });
  });

  test('of a record from before it could be chosen lets in everybody', async () => {
    const { sshRanges: _, ...spec } = specOf();
    const world = new World();
    worlds.push(world);
    const process = world.process();
    await world.finish(process.desk.createCluster({ spec, requester: world.by, channel: 'C1' }));
    expect(deriveCluster(spec).sshRanges).toEqual(['0.0.0.0/0']);
    const again = await process.desk.createCluster({ spec: specOf(), requester: world.by, channel: 'C1' });
    expect(again).toHaveProperty('unchanged');
  });
});

test.each([
  [1, 0],
  [3, 3],
] as const)(
  'shutting waits for all but the end of the smoke test, with %d controllers and %d workers',
  (controllers, workers) => {
    const planned = plan(phases, deriveCluster(specOf({ controllers, workers })), { operation: 'create' });
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
