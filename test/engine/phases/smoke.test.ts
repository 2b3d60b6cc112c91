import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import { Secret } from '../../../src/store/vault/secret.ts';
import { type Process, RunEnvironment } from '../../fakes/run-environment.ts';

const { signal } = new AbortController();
const environments: RunEnvironment[] = [];
afterEach(async () => {
  for (const environment of environments.splice(0)) await environment.close();
});

/** A ready cluster of two workers, with its API. */
async function createReadyCluster(workers = 2) {
  const environment = new RunEnvironment();
  environments.push(environment);
  const process = environment.createProcess();
  await environment.createCluster(process, { workers });
  const outputs = (await environment.store.read('cluster', 'demo'))?.value.outputs ?? {};
  const address = String(outputs['external-address/demo-controller-0']);
  const api = environment.kube.connect({ address, caCertificate: '', certificate: '', key: new Secret('') });
  const listNamespaces = () =>
    environment.kube
      .listObjectPaths(address)
      .flatMap((path) => path.match(/namespaces\/(kthw-smoke[^/]*)$/)?.[1] ?? []);
  return { environment, process, api, listNamespaces };
}

async function runSmokeTest(environment: RunEnvironment, process: Process): Promise<string> {
  return await environment.finishRun(process.clusterService.runSmokeTest('demo', environment.requester, 'C1'));
}

async function listLines(environment: RunEnvironment, run: string): Promise<string[]> {
  return (await environment.listEvents(run, 'step.logged')).map(({ message }) => message);
}

async function listErrors(environment: RunEnvironment, run: string) {
  return (await environment.listEvents(run, 'step.failed')).map(({ step, error }) => ({ step, ...error }));
}

async function getCommandOutput(environment: RunEnvironment, run: string, step: string): Promise<string | undefined> {
  const finished = await environment.listEvents(run, 'step.finished');
  return finished.find((event) => event.step === step)?.commandOutput;
}

describe('the namespace of the smoke test', () => {
  test('has another name in each run, and is deleted', async () => {
    const { environment, process, listNamespaces } = await createReadyCluster();
    const names = new Set<unknown>();
    for (let i = 0; i < 3; i++) {
      const run = await runSmokeTest(environment, process);
      expect(await environment.getOutcome(run)).toBe('succeeded');
      const finished = await environment.listEvents(run, 'step.finished');
      const first = finished.flatMap(({ outputs }) => outputs).find(({ name }) => name === 'smoke-namespace');
      expect(first).toMatchObject({
        name: 'smoke-namespace',
        value: expect.stringMatching(/^kthw-smoke-[0-9a-f]{8}$/),
      });
      names.add(first?.value);
      expect(await getCommandOutput(environment, run, 'smoke/cleanup')).toBe(`namespace "${first?.value}" deleted`);
      expect(listNamespaces()).toEqual([]);
    }
    expect(names.size).toBe(3);
  });

  test('keeps its name after a crash', async () => {
    const { environment, process, listNamespaces } = await createReadyCluster();
    await process.kill();
    let kills = 0;
    const crashing = environment.createProcess({
      onKillPoint: (step, point, kill) => {
        if (step === 'smoke/namespace' && point === 'after-call' && kills++ === 0) kill();
      },
    });
    const answer = await crashing.clusterService.runSmokeTest('demo', environment.requester, 'C1');
    for (let i = 0; i < 100 && kills === 0; i++) await environment.clock.sleep(500, signal);
    const [name] = listNamespaces();
    const other = environment.createProcess();
    await other.start();
    const run = String((answer as { run?: string }).run);
    await environment.waitForRun(run);
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    const finished = await environment.listEvents(run, 'step.finished');
    expect(finished.find(({ step }) => step === 'smoke/namespace')).toMatchObject({
      outcome: 'adopted',
      outputs: [{ name: 'smoke-namespace', value: name }],
    });
    expect(listNamespaces()).toEqual([]);
  });

  test('is reported with the reason of the cluster when it stays Terminating, and the next run works', async () => {
    const { environment, process, listNamespaces } = await createReadyCluster();
    const problem = 'Discovery failed for some groups, 1 failing: custom.metrics.k8s.io/v1beta1';
    environment.kube.namespaceDeletionProblem = problem;
    const startedAt = +environment.clock.now();
    const run = await runSmokeTest(environment, process);
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect(+environment.clock.now() - startedAt).toBeLessThan(120_000);
    const [name] = listNamespaces();
    expect(await listLines(environment, run)).toEqual([
      `waiting for the deletion of namespace ${name}: Terminating, ${problem}`,
      `namespace ${name} remains: Terminating, ${problem}. The cluster deletes it once the cause is fixed`,
    ]);
    const next = await runSmokeTest(environment, process);
    expect(await environment.getOutcome(next)).toBe('succeeded');
    expect(await listLines(environment, next)).toContain(
      `namespace ${name} of an earlier smoke test remains: Terminating, ${problem}`,
    );
    environment.kube.namespaceDeletionProblem = undefined;
    await runSmokeTest(environment, process);
    expect(listNamespaces()).toEqual([]);
  });

  test('of a failed run is deleted by the next run', async () => {
    const { environment, process, api, listNamespaces } = await createReadyCluster();
    await api.apply('/api/v1/namespaces/kthw-smoke-shop', { kind: 'Namespace', metadata: { name: 'x' } }, signal);
    environment.kube.unreadyNodes.set('demo-worker-1', 'disk pressure');
    const failed = await runSmokeTest(environment, process);
    expect(await environment.getOutcome(failed)).toBe('failed');
    expect(listNamespaces()).toHaveLength(2);
    environment.kube.unreadyNodes.clear();
    await runSmokeTest(environment, process);
    expect(listNamespaces()).toEqual(['kthw-smoke-shop']);
  });

  test('of a failed run is reported when the API server does not delete it', async () => {
    const { environment, process, listNamespaces } = await createReadyCluster();
    environment.kube.unreadyNodes.set('demo-worker-1', 'disk pressure');
    await runSmokeTest(environment, process);
    environment.kube.unreadyNodes.clear();
    const [name] = listNamespaces();
    environment.kube.faults.plan({
      call: new RegExp(`^DELETE .*${name}$`),
      when: 'before',
      times: 100,
      error: () => new KthwError('api-refused', { doing: 'deleting', status: 403 }, { detail: 'denied by a webhook' }),
    });
    const run = await runSmokeTest(environment, process);
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect(await listLines(environment, run)).toEqual([
      `namespace ${name} of an earlier smoke test remains: denied by a webhook`,
    ]);
  });
});

describe('the smoke test', () => {
  test.each([
    ['cordoned', { unschedulable: true }, 'cordoned'],
    ['tainted', { taints: [{ key: 'team', value: 'data', effect: 'NoSchedule' }] }, 'tainted team=data:NoSchedule'],
    ['tainted without a value', { taints: [{ key: 'repair', effect: 'NoExecute' }] }, 'tainted repair:NoExecute'],
  ])('skips a worker that is %s, and reports it', async (_, spec, reason) => {
    const { environment, process, api } = await createReadyCluster();
    await api.apply('/api/v1/nodes/demo-worker-1', { kind: 'Node', metadata: { name: 'demo-worker-1' }, spec }, signal);
    const startedAt = +environment.clock.now();
    const run = await runSmokeTest(environment, process);
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect(+environment.clock.now() - startedAt).toBeLessThan(60_000);
    expect(await listLines(environment, run)).toEqual([`the smoke test skips workers: demo-worker-1: ${reason}`]);
    expect(await getCommandOutput(environment, run, 'smoke/deployment')).toContain(`skipped demo-worker-1: ${reason}`);
    expect(await getCommandOutput(environment, run, 'smoke/node-port')).toBe('http://10.240.0.20:30080/ responds');
  });

  test('succeeds when all workers are cordoned, and names them', async () => {
    const { environment, process, api } = await createReadyCluster(1);
    await api.apply('/api/v1/nodes/demo-worker-0', { kind: 'Node', spec: { unschedulable: true } }, signal);
    const run = await runSmokeTest(environment, process);
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect(await getCommandOutput(environment, run, 'smoke/pod-to-pod')).toBe('skipped demo-worker-0: cordoned');
  });

  test('does not skip a worker with a taint of Kubernetes itself', async () => {
    const { environment, process, api } = await createReadyCluster();
    const taints = [{ key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' }];
    await api.apply('/api/v1/nodes/demo-worker-1', { kind: 'Node', spec: { taints } }, signal);
    const run = await runSmokeTest(environment, process);
    expect(await environment.getOutcome(run)).toBe('failed');
    const [error] = await listErrors(environment, run);
    expect(error).toMatchObject({
      step: 'smoke/deployment',
      code: 'wait-timeout',
      message: 'a deployment runs on every worker: not done after 5 min',
      detail: expect.stringMatching(/^pod web-1: Unschedulable: 0\/1 nodes are available/),
      remedy: expect.stringMatching(/kubectl describe pods -n kthw-smoke-[0-9a-f]{8}.*\/kthw resume/),
    });
  });

  test('fails after 5 minutes and names a node that is not Ready, reported once before', async () => {
    const { environment, process } = await createReadyCluster();
    environment.kube.unreadyNodes.set('demo-worker-1', 'container runtime is down');
    const startedAt = +environment.clock.now();
    const run = await runSmokeTest(environment, process);
    expect(await environment.getOutcome(run)).toBe('failed');
    expect(+environment.clock.now() - startedAt).toBeLessThan(330_000);
    const reason = 'node demo-worker-1: KubeletNotReady: container runtime is down';
    expect(await listErrors(environment, run)).toMatchObject([{ detail: expect.stringContaining(reason) }]);
    const lines = await listLines(environment, run);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`waiting for a deployment runs on every worker: ${reason}`);
  });

  test('names a worker that is not registered', async () => {
    const { environment, process } = await createReadyCluster();
    environment.ssh.findHostByName('demo-worker-1')?.runningServices.delete('kubelet');
    // As if the node disappeared after the request, which would be refused.
    environment.kube.faults.plan({
      call: /^GET \/api\/v1\/nodes$/,
      when: 'before',
      error: () => new KthwError('api-unreachable', { address: '203.0.113.7' }),
    });
    const run = await runSmokeTest(environment, process);
    const [error] = await listErrors(environment, run);
    expect(error?.detail).toContain('node demo-worker-1 is not registered');
  });
});

describe('a scaling whose smoke test fails', () => {
  test('has completed all other phases', async () => {
    const { environment, process } = await createReadyCluster();
    environment.kube.faults.plan({
      call: /\/pods\/web-\d\/log$/,
      when: 'before',
      times: 10_000,
      error: () => new KthwError('check-failed', { what: 'logs' }),
    });
    const request = { workers: 3, requester: environment.requester, channel: 'C1' };
    const run = await environment.finishRun(process.clusterService.scaleCluster('demo', request));
    const view = await process.clusterService.getRunView(run);
    expect(view?.outcome).toBe('failed');
    expect(view?.phases.filter(({ state }) => state !== 'done').map(({ name, state }) => [name, state])).toEqual([
      ['smoke', 'failed'],
      ['disable-ssh', 'pending'],
    ]);
    const [error] = await listErrors(environment, run);
    expect(error).toMatchObject({ code: 'wait-timeout', detail: 'check failed: logs' });
  });
});
