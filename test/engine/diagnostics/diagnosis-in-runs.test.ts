import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import type { ClusterSpec } from '../../../src/store/records.ts';
import { buildSpec, RunEnvironment } from '../../fakes/run-environment.ts';
import { captured } from './captured.ts';

const open: RunEnvironment[] = [];
afterEach(async () => {
  for (const environment of open.splice(0)) await environment.close();
});

/** A test environment in which inspections see captured output. */
function createEnvironment(see = captured['f1-micro']): RunEnvironment {
  const environment = new RunEnvironment();
  open.push(environment);
  environment.ssh.planExit(looks, { stdout: see ?? '' }, 1_000);
  return environment;
}

/** What the fake hosts call an inspection of the doctor: by its script's last line. */
const looks = /^run demo-\S+ exit 0$/;
const small: Partial<ClusterSpec> = { machineType: 'f1-micro', forceSize: true, controllers: 3, workers: 1 };
const etcdFails = {
  call: /^probe demo-controller-1 etcd\/demo-controller-1$/,
  when: 'before',
  error: () => new KthwError('command-failed', { host: 'demo-controller-1', doing: 'looking', exitCode: 1 }),
} as const;

describe('a run', () => {
  test('reports undersized instances once, with metrics and a suggestion', async () => {
    const environment = createEnvironment();
    const run = await environment.createCluster(environment.createProcess(), small);
    expect(await environment.getOutcome(run)).toBe('succeeded');
    const diagnosed = await environment.listEvents(run, 'step.diagnosed');
    expect(diagnosed.length).toBe(1);
    expect(diagnosed[0]).toMatchObject({ step: 'readiness/control-plane-size', resizeTo: 'e2-standard-2' });
    expect(diagnosed[0]?.findings.slice(0, 2)).toEqual([
      'f1-micro is too small for etcd and the API server: shared-core CPU (1 full vCPU required), 614 MB memory (2000 MB required)',
      'demo-controller-0: etcd logged `took too long` 122× in 10 minutes',
    ]);
    expect(diagnosed[0]?.findings.at(-1)).toBe('… and 5 more');
  });

  test.each([
    ['large but slow instances', { ...small, machineType: 'e2-standard-2' }, captured['e2-standard-2-on-a-busy-host']],
    ['small but healthy instances', small, 'nproc 1'],
    ['instances without output', small, ''],
  ])('reports nothing on %s while no step fails', async (_, spec, see) => {
    const environment = createEnvironment(see);
    const run = await environment.createCluster(environment.createProcess(), spec);
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect(await environment.listEvents(run, 'step.diagnosed')).toEqual([]);
  });

  test('continues when its instances can’t be inspected', async () => {
    const environment = createEnvironment();
    const error = () => new Error('unexpected');
    environment.ssh.faults.plan({ call: looks, when: 'before', error, times: 1_000 });
    const run = await environment.createCluster(environment.createProcess(), small);
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect(await environment.listEvents(run, 'step.diagnosed')).toEqual([]);
  });

  test('inspects an instance whose etcd failed three times, regardless of size', async () => {
    const environment = createEnvironment(captured['e2-standard-2-on-a-busy-host']);
    environment.ssh.faults.plan({ ...etcdFails, times: 4 });
    const run = await environment.createCluster(environment.createProcess(), {
      ...small,
      machineType: 'e2-standard-2',
    });
    expect(await environment.getOutcome(run)).toBe('succeeded');
    const events = (await environment.store.readEvents(run)).map(({ event }) => event);
    const at = events.findIndex(({ type }) => type === 'step.diagnosed');
    const failures = events.slice(0, at).filter((e) => e.type === 'step.failed' && e.step === 'etcd/demo-controller-1');
    expect(failures.length).toBe(3);
    expect(events[at]).toMatchObject({ step: 'etcd/demo-controller-1' });
    expect(events[at]).not.toHaveProperty('resizeTo');
    expect(JSON.stringify(events[at])).not.toContain('demo-controller-0');
  });

  test('is diagnosed once when etcd fails permanently, and again after a resume', async () => {
    const environment = createEnvironment();
    const process = environment.createProcess();
    environment.ssh.faults.plan({ ...etcdFails, times: 1_000 });
    const run = await environment.createCluster(process, small);
    expect(await environment.getOutcome(run)).toBe('failed');
    expect((await environment.listEvents(run, 'step.diagnosed')).map(({ resizeTo }) => resizeTo)).toEqual([
      'e2-standard-2',
    ]);
    await environment.finishRun(process.clusterService.resumeRun('demo', environment.requester));
    expect((await environment.listEvents(run, 'step.diagnosed')).length).toBe(2);
  });
});

describe('doctor', () => {
  test('shows the metrics and issues of all instances', async () => {
    const environment = createEnvironment();
    const { clusterService } = environment.createProcess();
    await environment.createCluster(environment.createProcess(), small);
    const seen = await clusterService.runDoctor('demo', 'ssh');
    expect(seen).toMatchObject({
      cluster: 'demo',
      settledState: 'ready',
      undersized: { machineType: 'f1-micro', suggestedMachineType: 'e2-standard-2' },
      instances: [0, 1, 2]
        .map((n) => ({
          name: `demo-controller-${n}`,
          role: 'controller',
          type: { name: 'f1-micro', sharedCpu: true },
          metrics: { cpus: 0.2, etcd: { slowRequests: 122 } },
        }))
        .concat([expect.objectContaining({ name: 'demo-worker-0', role: 'worker' })]),
    });
  });

  test('reports stopped, deleted, unreachable, replaced and failing instances, and inspects the others', async () => {
    const environment = createEnvironment('nproc 2');
    const { clusterService } = environment.createProcess();
    await environment.createCluster(environment.createProcess(), { ...small, workers: 3 });
    const call = { requestId: 'r', signal: new AbortController().signal };
    const at = (name: string) => ({ name, zone: 'us-west1-c', region: 'us-west1' });
    await environment.compute.stopInstance(at('demo-controller-0'), call);
    await environment.compute.instances.delete(at('demo-controller-1'), call);
    environment.ssh.unreachable.add('demo-worker-0');
    environment.ssh.impersonated.add('demo-worker-1');
    const error = () => new Error('unexpected');
    environment.ssh.faults.plan({ call: /^run demo-worker-2 /, when: 'before', error });
    expect(await clusterService.runDoctor('demo', 'ssh')).toMatchObject({
      issues: [
        { instance: 'demo-controller-0', text: 'instance is TERMINATED' },
        { instance: 'demo-controller-1', text: 'instance not found' },
        { instance: 'demo-worker-0', text: 'demo-worker-0 is unreachable over SSH' },
        { instance: 'demo-worker-1', text: expect.stringContaining('SSH host key mismatch') },
        { instance: 'demo-worker-2', text: 'inspecting demo-worker-2: internal error' },
      ],
    });
  });

  test('uses current addresses after a manual restart', async () => {
    const environment = createEnvironment('nproc 2');
    const { clusterService } = environment.createProcess();
    await environment.createCluster(environment.createProcess(), small);
    const at = { name: 'demo-controller-0', zone: 'us-west1-c', region: 'us-west1' };
    const call = { requestId: 'r', signal: new AbortController().signal };
    await environment.compute.stopInstance(at, call);
    await environment.compute.startInstance(at, call);
    await environment.clock.sleep(60_000, call.signal);
    expect(await clusterService.runDoctor('demo', 'ssh')).toMatchObject({ issues: [] });
  });

  test('works while the cluster is being created', async () => {
    const environment = createEnvironment('nproc 2');
    const { clusterService } = environment.createProcess();
    await clusterService.createCluster({ spec: buildSpec(small), requester: environment.requester, channel: 'C1' });
    const seen = await clusterService.runDoctor('demo', 'ssh');
    expect(seen).toMatchObject({ settledState: 'new' });
    expect('issues' in seen && seen.issues.map(({ text }) => text)).toContain('instance not found');
  });

  test('returns notFound for an unknown cluster', async () => {
    expect(await createEnvironment().createProcess().clusterService.runDoctor('demo', 'ssh')).toEqual({
      notFound: true,
    });
  });
});
