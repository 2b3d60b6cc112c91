import { afterEach, describe, expect, test } from 'vitest';
import { deriveCluster } from '../../../src/engine/cluster/cluster.ts';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import { operations } from '../../../src/engine/phases/operations.ts';
import { phases } from '../../../src/engine/phases/sort-phases.ts';
import { plan } from '../../../src/engine/workflow/plan.ts';
import type { ClusterSpec } from '../../../src/store/records.ts';
import { buildSpec, type Process, RunEnvironment } from '../../fakes/run-environment.ts';

const { signal } = new AbortController();
const environments: RunEnvironment[] = [];
afterEach(async () => {
  for (const environment of environments.splice(0)) await environment.close();
});

async function createEnvironment(changes: Partial<ClusterSpec> = {}) {
  const environment = new RunEnvironment();
  environments.push(environment);
  const process = environment.createProcess();
  const run = await environment.createCluster(process, changes);
  return { environment, process, run };
}

/** What lets ssh in now: the rule, and machines that have the cluster's key. */
async function lettingIn(environment: RunEnvironment): Promise<string[]> {
  const rule = await environment.compute.firewalls.get({ name: 'demo-allow-ssh' }, signal);
  const machines = environment.compute.listInstances().filter(({ spec }) => spec.metadata['ssh-keys'] !== undefined);
  return [...(rule && !rule.disabled ? ['rule'] : []), ...machines.map(({ name }) => name)].sort();
}

/** Once whoever came in has left. */
async function afterwards(environment: RunEnvironment): Promise<string[]> {
  await environment.clock.sleep(60_000, signal);
  return await lettingIn(environment);
}

function turned(environment: RunEnvironment): number {
  return environment.compute.faults.countCalls(/^setFirewallDisabled /);
}

describe('a run', () => {
  test('disables SSH access as the last step on instances of a create', async () => {
    const { environment, run } = await createEnvironment({ controllers: 3, workers: 2 });
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect(await lettingIn(environment)).toEqual([]);
    expect(turned(environment)).toBe(1);
    const outcomes = (await environment.listEvents(run, 'step.finished')).filter(({ step }) =>
      step.startsWith('disable-ssh/'),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(6).fill('applied'));
  });

  test('leaves instances that block project-wide SSH keys and disable OS Login', async () => {
    const { environment } = await createEnvironment({ controllers: 3, workers: 2 });
    const settings = environment.compute.listInstances().map(({ spec }) => spec.metadata);
    expect(settings).toHaveLength(5);
    for (const metadata of settings) {
      expect(metadata).toMatchObject({ 'block-project-ssh-keys': 'TRUE', 'enable-oslogin': 'FALSE' });
    }
  });

  test.each<[string, (environment: RunEnvironment, process: Process) => Promise<object>]>([
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
  ])('disables SSH access after a %s', async (_, ask) => {
    const { environment, process } = await createEnvironment();
    const before = turned(environment);
    const run = await environment.finishRun(ask(environment, process));
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect(await afterwards(environment)).toEqual([]);
    expect(turned(environment) - before).toBe(2);
  });

  test('disables SSH access after deferred steps, and again after their resume', async () => {
    const environment = new RunEnvironment();
    environments.push(environment);
    environment.kube.missingImages.add('coredns');
    const process = environment.createProcess();
    const run = await environment.createCluster(process);
    const { latestRun } = (await process.clusterService.getStatus('demo')) ?? {};
    expect(latestRun?.problems).not.toEqual([]);
    expect(await lettingIn(environment)).toEqual([]);
    environment.clearFaults();
    await environment.finishRun(process.clusterService.resumeRun('demo', environment.requester));
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect((await process.clusterService.getStatus('demo'))?.latestRun?.problems).toEqual([]);
    expect(await afterwards(environment)).toEqual([]);
  });

  test('disables SSH access after a failure, and a resume enables it while it works', async () => {
    const environment = new RunEnvironment();
    environments.push(environment);
    const error = () => new KthwError('disk-full', { host: 'demo-worker-0', doing: 'writing' });
    environment.ssh.faults.plan({ call: /^write demo-worker-0 kubelet/, when: 'before', error });
    const process = environment.createProcess();
    const run = await environment.createCluster(process);
    expect(await environment.getOutcome(run)).toBe('failed');
    expect(await afterwards(environment)).toEqual([]);
    await environment.finishRun(process.clusterService.resumeRun('demo', environment.requester));
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect(await lettingIn(environment)).toEqual([]);
  });

  test('does not end before SSH access is disabled', async () => {
    const environment = new RunEnvironment();
    environments.push(environment);
    const error = () => new KthwError('cloud-denied', { doing: 'turning firewall rule demo-allow-ssh off' });
    environment.compute.faults.plan({ call: /^setFirewallDisabled /, when: 'before', error });
    const process = environment.createProcess();
    const run = await environment.createCluster(process);
    expect(await environment.getOutcome(run)).toBe('failed');
    expect((await process.clusterService.getStatus('demo'))?.latestRun?.problems).toMatchObject([
      { step: 'disable-ssh/firewall-rule' },
    ]);
    await environment.finishRun(process.clusterService.resumeRun('demo', environment.requester));
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect(await lettingIn(environment)).toEqual([]);
  });
});

describe('an inspection outside of a run', () => {
  test.each(['runDoctor', 'getSnapshot'] as const)('enables and disables SSH access: %s', async (method) => {
    const { environment, process } = await createEnvironment();
    await environment.clock.sleep(60_000, signal);
    const before = turned(environment);
    const seen = await process.clusterService[method]('demo', 'ssh');
    expect(JSON.stringify(seen)).not.toContain('unreachable over SSH');
    expect(turned(environment) - before).toBe(2);
    expect(await lettingIn(environment)).toEqual([]);
  });

  test('disables SSH access that a crashed process left enabled', async () => {
    const { environment, process } = await createEnvironment();
    environment.compute.tamper('firewalls', 'demo-allow-ssh', { disabled: false });
    await process.clusterService.runDoctor('demo', 'ssh');
    expect(await lettingIn(environment)).toEqual([]);
  });

  test('keeps SSH access enabled during a run', async () => {
    const { environment, process } = await createEnvironment();
    const found = await environment.store.read('cluster', 'demo');
    if (!found) throw new Error('there is no cluster');
    await environment.store.write('cluster', 'demo', { ...found.value, activeRun: 'some run' }, found.version);
    await process.clusterService.runDoctor('demo', 'ssh');
    expect(await lettingIn(environment)).toEqual(['demo-controller-0', 'demo-worker-0', 'rule']);
  });

  test('returns its result if SSH access cannot be disabled', async () => {
    const { environment, process } = await createEnvironment();
    const error = () => new KthwError('cloud-unavailable', { doing: 'turning firewall rule demo-allow-ssh off' });
    await environment.clock.sleep(60_000, signal);
    environment.compute.tamper('firewalls', 'demo-allow-ssh', { disabled: false });
    environment.compute.faults.plan({ call: /^setFirewallDisabled /, when: 'before', error });
    expect(await process.clusterService.runDoctor('demo', 'ssh')).toMatchObject({
      cluster: 'demo',
      settledState: 'ready',
    });
    expect(environment.logLines.join('\n')).toContain('disabling SSH access failed');
  });
});

describe('the SSH firewall rule', () => {
  test('is no drift when disabled, but when changed', async () => {
    const { environment, process } = await createEnvironment();
    const scaled = await environment.finishRun(
      process.clusterService.scaleCluster('demo', { workers: 2, requester: environment.requester, channel: 'C1' }),
    );
    expect(await environment.getOutcome(scaled), await environment.describeLastEvents(scaled)).toBe('succeeded');
    environment.compute.tamper('firewalls', 'demo-allow-ssh', { sourceRanges: ['198.51.100.0/24'] });
    const again = await environment.finishRun(
      process.clusterService.scaleCluster('demo', { workers: 1, requester: environment.requester, channel: 'C1' }),
    );
    expect(await environment.getOutcome(again)).toBe('failed');
    const conflicts = await environment.listEvents(again, 'step.conflicted');
    expect(conflicts).toMatchObject([
      { step: 'firewall/demo-allow-ssh', differences: [{ desired: '0.0.0.0/0', actual: '198.51.100.0/24' }] },
    ]);
  });

  test.each(['demo-allow-external', 'demo-allow-internal'])(
    'is the only rule that may be disabled, not %s',
    async (rule) => {
      const { environment, process } = await createEnvironment();
      environment.compute.tamper('firewalls', rule, { disabled: true });
      const run = await environment.finishRun(
        process.clusterService.scaleCluster('demo', { workers: 2, requester: environment.requester, channel: 'C1' }),
      );
      const conflicts = await environment.listEvents(run, 'step.conflicted');
      const field = `firewall rule ${rule}: disabled`;
      expect(conflicts).toMatchObject([{ differences: [{ field, desired: 'false', actual: 'true' }] }]);
    },
  );

  test('has the requested source ranges, and other ranges are a difference', async () => {
    const sshRanges = ['198.51.100.0/24', '203.0.113.7/32'];
    const { environment, process } = await createEnvironment({ sshRanges });
    expect(await environment.compute.firewalls.get({ name: 'demo-allow-ssh' }, signal)).toMatchObject({
      sourceRanges: sshRanges,
      allow: ['tcp:22'],
    });
    const ask = (spec: ClusterSpec) =>
      process.clusterService.createCluster({ spec, requester: environment.requester, channel: 'C1' });
    expect(await ask(buildSpec({ sshRanges: sshRanges.toReversed() }))).toHaveProperty('unchanged');
    expect(await ask(buildSpec())).toMatchObject({
      differences: [{ field: 'sshRanges', desired: '0.0.0.0/0', actual: sshRanges.join() }],
    });
  });

  test('allows all sources for a record without source ranges', async () => {
    const { sshRanges: _, ...spec } = buildSpec();
    const environment = new RunEnvironment();
    environments.push(environment);
    const process = environment.createProcess();
    await environment.finishRun(
      process.clusterService.createCluster({ spec, requester: environment.requester, channel: 'C1' }),
    );
    expect(deriveCluster(spec).sshRanges).toEqual(['0.0.0.0/0']);
    const again = await process.clusterService.createCluster({
      spec: buildSpec(),
      requester: environment.requester,
      channel: 'C1',
    });
    expect(again).toHaveProperty('unchanged');
  });
});

test.each([
  [1, 0],
  [3, 3],
] as const)(
  'disabling SSH access depends on all other steps except the smoke test cleanup, with %d controllers and %d workers',
  (controllers, workers) => {
    const planned = plan(phases, deriveCluster(buildSpec({ controllers, workers })), { operation: operations.create });
    const byId = new Map(planned.map((p) => [p.id, p]));
    const found = new Set<string>();
    const walk = (id: string): void => {
      if (found.has(id)) return;
      found.add(id);
      for (const before of byId.get(id)?.dependsOn ?? []) walk(before);
    };
    walk('disable-ssh/firewall-rule');
    const beside = planned.filter(({ id }) => !found.has(id)).map(({ id }) => id);
    const others = planned
      .filter(({ id }) => id.startsWith('disable-ssh/') && id !== 'disable-ssh/firewall-rule')
      .map(({ id }) => id);
    expect(beside).toEqual(expect.arrayContaining(['smoke/cleanup', ...others]));
    // What is on a machine, and what looks at one, is over by then.
    const onMachines = planned.filter(
      ({ step, id }) =>
        /^(controllers|workers)\//.test(step.removable?.containedIn?.key ?? '') || /^(smoke|dns|readiness)\//.test(id),
    );
    expect(onMachines.filter(({ id }) => beside.includes(id)).map(({ id }) => id)).toEqual(['smoke/cleanup']);
    expect(others.map((id) => byId.get(id)?.dependsOn)).toEqual(
      others.map(() => byId.get('disable-ssh/firewall-rule')?.dependsOn),
    );
  },
);
