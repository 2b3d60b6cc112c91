import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import { describeConsole } from '../../../src/engine/steps/describe-console.ts';
import { describePods } from '../../../src/engine/steps/describe-pods.ts';
import { describeUnits } from '../../../src/engine/steps/describe-units.ts';
import type { StepContext } from '../../../src/engine/steps/step-context.ts';
import { buildSpec, RunEnvironment } from '../../fakes/run-environment.ts';
import { buildCluster } from '../../fixtures/cluster.ts';

const { signal } = new AbortController();
const environments: RunEnvironment[] = [];
afterEach(async () => {
  for (const environment of environments.splice(0)) await environment.close();
});

function createEnvironment(): RunEnvironment {
  const environment = new RunEnvironment();
  environments.push(environment);
  return environment;
}

/** What steps of the created cluster use, without clients of instances and of Kubernetes. */
async function createContext(environment: RunEnvironment) {
  const outputs = (await environment.store.read('cluster', 'demo'))?.value.outputs ?? {};
  const findOutput = ({ name }: { readonly name: string }) => outputs[name];
  return {
    cluster: buildCluster(buildSpec()),
    clock: environment.clock,
    compute: environment.compute,
    vault: environment.vaults.createProvider(environment.store).getVault('demo'),
    ssh: {},
    getOutput: findOutput,
    findOutput,
    signal,
  };
}

async function listWaitLines(environment: RunEnvironment, run: string): Promise<string[]> {
  const lines = (await environment.listEvents(run, 'step.logged')).map(({ message }) => message);
  return lines.filter((line) => line.startsWith('waiting for '));
}

describe('a step that waits for a systemd unit', () => {
  test.each([
    ['etcd', 'demo-controller-0', 'etcd on demo-controller-0'],
    ['kubelet', 'demo-worker-0', 'kubelet on demo-worker-0'],
  ])('logs the state and the last log line of %s once', async (unit, instance, title) => {
    const environment = createEnvironment();
    environment.ssh.planExit(new RegExp(`^probe ${instance} ${unit}/${instance}$`), { stdout: '' }, 60);
    environment.ssh.planExit(new RegExp(`^run ${instance} done$`), { stdout: `${unit} is activating: no space\n` }, 9);
    const run = await environment.createCluster(environment.createProcess());
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    const lines = (await listWaitLines(environment, run)).filter((line) => line.includes(title));
    expect(lines).toEqual([`waiting for ${title}: ${unit} is activating: no space`]);
  });

  test('reads units with a script that bash runs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kthw-units-'));
    const write = (name: string, body: string) =>
      writeFile(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    await write('systemctl', 'echo activating; exit 3');
    await write('journalctl', `for last; do :; done; printf '%s: %0300d\\n' "$last" 7`);
    const environment = createEnvironment();
    await environment.createCluster(environment.createProcess());
    const [instance] = buildCluster(buildSpec()).controllerInstances;
    if (!instance) throw new Error('the cluster has no control plane node');
    const run = async (script: string) => {
      const env = { PATH: `${folder}:${process.env.PATH}` };
      const { stdout } = await promisify(execFile)('bash', ['-c', script], { env });
      return { stdout, stderr: '', exitCode: 0, durationMs: 1 };
    };
    const c = { ...(await createContext(environment)), ssh: { getHost: () => ({ run }) } } as unknown as StepContext;
    const described = await describeUnits(c, instance, ['etcd', 'kubelet']);
    await rm(folder, { recursive: true });
    expect(described).toMatch(/^etcd is activating: etcd: 0{194}; kubelet is activating: kubelet: 0{191}$/);
  });
});

describe('a step that waits for nodes and pods', () => {
  test('logs the condition of a node that is not Ready, and fails after 5 minutes', async () => {
    const environment = createEnvironment();
    environment.kube.unreadyNodes.set('demo-worker-0', 'cni plugin not initialized');
    const run = await environment.createCluster(environment.createProcess());
    expect(await environment.getOutcome(run)).toBe('failed');
    expect(await listWaitLines(environment, run)).toContain(
      'waiting for all nodes Ready: node demo-worker-0: KubeletNotReady: cni plugin not initialized',
    );
    const failures = await environment.listEvents(run, 'step.failed');
    expect(failures.filter(({ step }) => step === 'readiness/nodes').map(({ error }) => error)).toEqual([
      {
        code: 'wait-timeout',
        kind: 'denied',
        message: 'all nodes Ready: not done after 5 min',
        detail: 'node demo-worker-0: KubeletNotReady: cni plugin not initialized',
        remedy: 'fix what the nodes report (`kubectl describe nodes`), then `/kthw resume`',
      },
    ]);
  });
});

describe('a step that waits for the host key of an instance', () => {
  const keyCall = /^hostKeys demo-worker-0$/;
  const error = () => new KthwError('not-there-yet', { step: 'host keys' });
  const getConsole = (...lines: readonly string[]) => lines.join('\r\n');

  test('quotes the last line of the serial console, and fails after 5 minutes', async () => {
    const environment = createEnvironment();
    environment.compute.faults.plan({ call: keyCall, when: 'before', times: 10_000, error });
    environment.compute.serialOutputs.set(
      'demo-worker-0',
      getConsole('[    1.2] Kernel panic', '\u001b[0;1;31m[FAILED]\u001b[0m Failed to start \u0007sshd.', '', ''),
    );
    const run = await environment.createCluster(environment.createProcess());
    const line = 'serial console of demo-worker-0: [FAILED] Failed to start sshd.';
    expect(await listWaitLines(environment, run)).toContain(
      `waiting for verify SSH host key of demo-worker-0: ${line}`,
    );
    const failures = await environment.listEvents(run, 'step.failed');
    expect(failures.filter(({ step }) => step === 'ssh-host-keys/demo-worker-0').map(({ error }) => error)).toEqual([
      {
        code: 'wait-timeout',
        kind: 'denied',
        message: 'verify SSH host key of demo-worker-0: not done after 5 min',
        detail: line,
        remedy:
          'fix what `gcloud compute instances get-serial-port-output demo-worker-0 --zone us-west1-c` shows, then `/kthw resume`',
      },
    ]);
    environment.clearFaults();
    const process = environment.createProcess();
    await environment.finishRun(process.clusterService.resumeRun('demo', environment.requester));
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
  });

  test.each([
    ['a progress bar', 'Loading 10%\rLoading 90%', 'Loading 90%'],
    [
      'public host keys',
      'cloud-init done\r\n-----BEGIN SSH HOST KEY KEYS-----\r\nssh-ed25519 AAAA root\r\n',
      'cloud-init done',
    ],
    ['a long line', 'x'.repeat(300), 'x'.repeat(200)],
    ['nothing', '\r\n', undefined],
  ])('reads %s', async (_, output, expected) => {
    const environment = createEnvironment();
    environment.compute.serialOutputs.set('demo-controller-0', output);
    const [instance] = buildCluster(buildSpec()).controllerInstances;
    if (!instance) throw new Error('the cluster has no control plane node');
    const c = { cluster: buildCluster(buildSpec()), compute: environment.compute, signal } as unknown as StepContext;
    expect(await describeConsole(c, instance)).toBe(expected && `serial console of demo-controller-0: ${expected}`);
  });
});

describe('the description of pods', () => {
  const pods = (...items: readonly object[]) => ({ items });
  const pod = (name: string, status: object) => ({ metadata: { name }, spec: { nodeName: 'w' }, status });
  const notReady = { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'containers: [web]' };
  const warning = (name: string, message: string) => ({
    type: 'Warning',
    reason: 'FailedMount',
    message,
    involvedObject: { kind: 'Pod', name },
  });

  async function describeList(list: object, events: object = pods()) {
    const environment = createEnvironment();
    await environment.createCluster(environment.createProcess());
    const request = async (_: string, path: string) => ({
      status: 200,
      body: path.includes('/events') ? events : list,
    });
    const c = {
      ...(await createContext(environment)),
      kube: { connect: () => ({ request }) },
    } as unknown as StepContext;
    return await describePods(c, 'x', 'app=web');
  }

  test('prefers the reason of a waiting container, and groups pods with the same reason', async () => {
    const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 40s' };
    const status = { conditions: [notReady], containerStatuses: [{ state: { waiting } }] };
    expect(await describeList(pods(pod('a', status), pod('b', status)))).toBe(
      'pod a, b: CrashLoopBackOff: back-off 40s',
    );
  });

  test('shows the last warning about a pod whose container is being created', async () => {
    const status = {
      conditions: [notReady],
      containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }],
    };
    const events = pods(warning('a', 'first'), warning('a', 'timed out'), warning('b', 'other'));
    expect(await describeList(pods(pod('a', status)), events)).toBe('pod a: FailedMount: timed out');
  });

  test('shows why no pod can be created', async () => {
    const event = { ...warning('web-5d', 'exceeded quota: pods'), reason: 'FailedCreate' };
    expect(await describeList(pods(), pods(event))).toBe('FailedCreate: exceeded quota: pods');
    expect(await describeList(pods())).toBe('namespace x has no pod with app=web');
  });

  test('is empty when all pods are Ready', async () => {
    const status = { conditions: [{ type: 'Ready', status: 'True' }] };
    expect(await describeList(pods(pod('a', status)))).toBeUndefined();
  });
});

describe('the wait for SSH host keys', () => {
  test('stays within the query limit of guest attributes when the keys appear after four minutes', async () => {
    const environment = createEnvironment();
    const { compute, clock } = environment;
    const getHostKeys = compute.getHostKeys.bind(compute);
    const startedAt = +clock.now();
    let queryCount = 0;
    compute.getHostKeys = async (...args) => {
      queryCount++;
      const keys = await getHostKeys(...args);
      return +clock.now() - startedAt > 4 * 60_000 ? keys : [];
    };
    const run = await environment.createCluster(environment.createProcess());
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect([...compute.lostAttributes]).toEqual([]);
    expect(queryCount).toBeGreaterThan(40);
  });

  test('keys are lost in the fake when a client queries more than three times a second', async () => {
    const environment = createEnvironment();
    await environment.createCluster(environment.createProcess());
    const ref = { name: 'demo-worker-0', zone: 'us-west1-c' };
    for (let i = 0; i < 3; i++) expect(await environment.compute.getHostKeys(ref, signal)).toHaveLength(1);
    expect(await environment.compute.getHostKeys(ref, signal)).toEqual([]);
  });
});
