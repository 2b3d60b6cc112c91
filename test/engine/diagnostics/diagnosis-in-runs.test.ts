import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/workflow/errors.ts';
import type { ClusterSpec } from '../../../src/store/records.ts';
import { buildSpec, RunEnvironment } from '../../fakes/run-environment.ts';
import { captured } from './captured.ts';

const open: RunEnvironment[] = [];
afterEach(async () => {
  for (const environment of open.splice(0)) await environment.close();
});

/** A world in which looks at machines see what was captured on real ones. */
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
  call: /^look demo-controller-1 etcd\/demo-controller-1$/,
  when: 'before',
  error: () => new KthwError('command-failed', { host: 'demo-controller-1', doing: 'looking', exitCode: 1 }),
} as const;

describe('a run', () => {
  test('on machines that are too small says so once, with the figures and what would do', async () => {
    const environment = createEnvironment();
    const run = await environment.createCluster(environment.createProcess(), small);
    expect(await environment.getOutcome(run)).toBe('succeeded');
    const diagnosed = await environment.listEvents(run, 'step.diagnosed');
    expect(diagnosed.length).toBe(1);
    expect(diagnosed[0]).toMatchObject({ step: 'ready/etcd', resizeTo: 'e2-standard-2' });
    expect(diagnosed[0]?.findings.slice(0, 2)).toEqual([
      'f1-micro is too small for etcd and the API server: a share of a CPU where 1 whole one is needed, 614 MB where 2000 MB are needed',
      'demo-controller-0: etcd said `took too long` 122 times in 10 minutes',
    ]);
    expect(diagnosed[0]?.findings.at(-1)).toBe('… and 5 more');
  });

  test.each([
    [
      'large machines that are slow',
      { ...small, machineType: 'e2-standard-2' },
      captured['e2-standard-2-on-a-busy-host'],
    ],
    ['small machines that are well', small, 'nproc 1'],
    ['machines that print nothing', small, ''],
  ])('on %s says nothing while all goes well', async (_, spec, see) => {
    const environment = createEnvironment(see);
    const run = await environment.createCluster(environment.createProcess(), spec);
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect(await environment.listEvents(run, 'step.diagnosed')).toEqual([]);
  });

  test('goes on when its machines can’t be looked at', async () => {
    const environment = createEnvironment();
    const error = () => new Error('something that nobody thought of');
    environment.ssh.faults.plan({ call: looks, when: 'before', error, times: 1_000 });
    const run = await environment.createCluster(environment.createProcess(), small);
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect(await environment.listEvents(run, 'step.diagnosed')).toEqual([]);
  });

  test('whose etcd has failed three times looks at that machine, whatever its size', async () => {
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

  test('whose etcd fails for good is diagnosed once, and again after a resume', async () => {
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
  test('shows the figures of every machine and what they mean', async () => {
    const environment = createEnvironment();
    const { clusterService } = environment.createProcess();
    await environment.createCluster(environment.createProcess(), small);
    const seen = await clusterService.runDoctor('demo');
    expect(seen).toMatchObject({
      cluster: 'demo',
      state: 'ready',
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

  test('finds machines that are stopped, gone, silent, somebody else’s or strange; the others are looked at', async () => {
    const environment = createEnvironment('nproc 2');
    const { clusterService } = environment.createProcess();
    await environment.createCluster(environment.createProcess(), { ...small, workers: 3 });
    const call = { requestId: 'r', signal: new AbortController().signal };
    const at = (name: string) => ({ name, zone: 'us-west1-c', region: 'us-west1' });
    await environment.compute.stopInstance(at('demo-controller-0'), call);
    await environment.compute.instances.delete(at('demo-controller-1'), call);
    environment.ssh.unreachable.add('demo-worker-0');
    environment.ssh.impersonated.add('demo-worker-1');
    const error = () => new Error('something that nobody thought of');
    environment.ssh.faults.plan({ call: /^run demo-worker-2 /, when: 'before', error });
    expect(await clusterService.runDoctor('demo')).toMatchObject({
      issues: [
        { instance: 'demo-controller-0', text: 'it is TERMINATED' },
        { instance: 'demo-controller-1', text: 'there is no such machine' },
        { instance: 'demo-worker-0', text: 'demo-worker-0 is unreachable over SSH' },
        { instance: 'demo-worker-1', text: expect.stringContaining('SSH host key mismatch') },
        { instance: 'demo-worker-2', text: 'looking at demo-worker-2: something that should not happen did' },
      ],
    });
  });

  test('looks at machines where they are now, also when they were restarted by hand', async () => {
    const environment = createEnvironment('nproc 2');
    const { clusterService } = environment.createProcess();
    await environment.createCluster(environment.createProcess(), small);
    const at = { name: 'demo-controller-0', zone: 'us-west1-c', region: 'us-west1' };
    const call = { requestId: 'r', signal: new AbortController().signal };
    await environment.compute.stopInstance(at, call);
    await environment.compute.startInstance(at, call);
    await environment.clock.sleep(60_000, call.signal);
    expect(await clusterService.runDoctor('demo')).toMatchObject({ issues: [] });
  });

  test('of a cluster while it is being built sees what is there', async () => {
    const environment = createEnvironment('nproc 2');
    const { clusterService } = environment.createProcess();
    await clusterService.createCluster({ spec: buildSpec(small), requester: environment.requester, channel: 'C1' });
    const seen = await clusterService.runDoctor('demo');
    expect(seen).toMatchObject({ state: 'provisioning' });
    expect('issues' in seen && seen.issues.map(({ text }) => text)).toContain('there is no such machine');
  });

  test('of a cluster that is not there is unknown', async () => {
    expect(await createEnvironment().createProcess().clusterService.runDoctor('demo')).toEqual({ notFound: true });
  });
});
