import { afterEach, describe, expect, test } from 'vitest';
import type { KubeApi } from '../../../src/engine/kubernetes/kube-client.ts';
import { Secret } from '../../../src/store/vault/secret.ts';
import { type Process, RunEnvironment } from '../../fakes/run-environment.ts';

const { signal } = new AbortController();
const worker = 'demo-worker-2';
const namespace = '/api/v1/namespaces/shop';
const budget = '/apis/policy/v1/namespaces/shop/poddisruptionbudgets/web';
const labels = { app: 'web' };

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName: string };
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}

const environments: RunEnvironment[] = [];
afterEach(async () => {
  for (const environment of environments.splice(0)) await environment.close();
});

/** A cluster of three workers, each with a pod of the deployment `shop/web`, whose budget needs `minAvailable` pods. */
async function createShop(minAvailable: number) {
  const environment = new RunEnvironment();
  environments.push(environment);
  const process = environment.createProcess();
  await environment.createCluster(process, { workers: 3 });
  const address = String(
    (await environment.store.read('cluster', 'demo'))?.value.outputs['external-address/demo-controller-0'],
  );
  const api = environment.kube.connect({ address, caCertificate: '', certificate: '', key: new Secret('') });
  await api.apply(namespace, { kind: 'Namespace' }, signal);
  await api.apply(
    '/apis/apps/v1/namespaces/shop/deployments/web',
    {
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { replicas: 3, template: { metadata: { labels }, spec: { containers: [{ image: 'web' }] } } },
    },
    signal,
  );
  await setBudget(api, minAvailable);
  await environment.clock.sleep(10_000, signal);
  return { environment, process, api };
}

async function setBudget(api: KubeApi, minAvailable: number): Promise<void> {
  const spec = { minAvailable, selector: { matchLabels: labels } };
  await api.apply(budget, { kind: 'PodDisruptionBudget', metadata: { name: 'web' }, spec }, signal);
}

async function startScaleDown(environment: RunEnvironment, process: Process): Promise<string> {
  const request = { workers: 2, requester: environment.requester, channel: 'C1' };
  const answer = await process.clusterService.scaleCluster('demo', request);
  if (!('run' in answer)) throw new Error(`no run was started: ${JSON.stringify(answer)}`);
  return answer.run;
}

async function listLogLines(environment: RunEnvironment, run: string): Promise<string[]> {
  return (await environment.listEvents(run, 'step.logged')).map(({ message }) => message);
}

/** Approves the run and waits until its drain is blocked. */
async function waitUntilBlocked(environment: RunEnvironment, process: Process, run: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const [request] = await environment.listEvents(run, 'approval.requested');
    if (request && (await environment.listEvents(run, 'approval.granted')).length === 0)
      await process.clusterService.decideApproval(run, request.digest, environment.requester, true);
    if ((await listLogLines(environment, run)).some((line) => line.startsWith('PodDisruptionBudget'))) return;
    await environment.clock.sleep(500, signal);
  }
  throw new Error(`the drain was not blocked: ${await environment.describeLastEvents(run)}`);
}

async function isCordoned(api: KubeApi): Promise<boolean> {
  const { body } = await api.request('GET', `/api/v1/nodes/${worker}`, signal);
  return (body as { spec?: { unschedulable?: boolean } }).spec?.unschedulable === true;
}

/** Requests every Ready pod four times a second. A pod answers while its node has a route and an instance. */
function startClient(environment: RunEnvironment, api: KubeApi) {
  const stopped = new AbortController();
  const result = { requests: 0, failures: new Set<string>() };
  const loop = (async () => {
    while (!stopped.signal.aborted) {
      const { body } = await api.request('GET', `${namespace}/pods?labelSelector=app%3Dweb`, signal);
      const resources = new Set(environment.compute.listResourceNames());
      for (const { metadata, spec, status } of (body as { items: readonly Pod[] }).items) {
        if (!status.conditions.some((one) => one.type === 'Ready' && one.status === 'True')) continue;
        result.requests++;
        for (const needed of [`routes ${spec.nodeName}-pods`, `instances ${spec.nodeName}`])
          if (!resources.has(needed)) result.failures.add(`${metadata.name} on ${spec.nodeName}: no ${needed}`);
      }
      await environment.clock.sleep(250, signal);
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await loop;
      return result;
    },
  };
}

describe('draining a node', () => {
  test('keeps Ready pods reachable until they have left the node', async () => {
    const { environment, process, api } = await createShop(3);
    const client = startClient(environment, api);
    const run = await startScaleDown(environment, process);
    await waitUntilBlocked(environment, process, run);
    await environment.clock.sleep(30_000, signal);
    await setBudget(api, 2);
    await environment.waitForRun(run);
    const { requests, failures } = await client.stop();
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect(requests).toBeGreaterThan(300);
    expect([...failures]).toEqual([]);
    const resources = environment.compute.listResourceNames();
    expect(resources.filter((name) => name.includes(worker))).toEqual([]);
  });

  test('names the PodDisruptionBudget, the pod and the choices, once', async () => {
    const { environment, process, api } = await createShop(3);
    const run = await startScaleDown(environment, process);
    await waitUntilBlocked(environment, process, run);
    await environment.clock.sleep(30_000, signal);
    expect(await listLogLines(environment, run)).toEqual([
      'PodDisruptionBudget shop/web blocks the eviction of pod shop/web-2 from demo-worker-2. ' +
        'The disruption budget web needs 3 healthy pods and has 3 currently. ' +
        'Wait, add replicas, relax the budget, or cancel this run',
    ]);
    expect(await isCordoned(api)).toBe(true);
  });

  test('names the reason when several PodDisruptionBudgets select a pod', async () => {
    const { environment, process, api } = await createShop(1);
    const spec = { minAvailable: 1, selector: { matchLabels: labels } };
    await api.apply(`${budget}-2`, { kind: 'PodDisruptionBudget', metadata: { name: 'web-2' }, spec }, signal);
    const run = await startScaleDown(environment, process);
    await waitUntilBlocked(environment, process, run);
    const reason = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support';
    expect(await listLogLines(environment, run)).toEqual([
      `PodDisruptionBudget shop/* blocks the eviction of pod shop/web-2 from ${worker}. ${reason}. ` +
        'Wait, add replicas, relax the budget, or cancel this run',
    ]);
    await environment.waitForRun(run);
    const errors = (await environment.listEvents(run, 'step.failed')).map(({ error }) => error);
    expect(errors).toEqual([expect.objectContaining({ code: 'drain-blocked', detail: reason })]);
  });

  test('keeps the reason of the API server when it rejects an eviction', async () => {
    const { environment, process } = await createShop(1);
    const body = { kind: 'Status', message: 'etcdserver: mvcc: database space exceeded' };
    environment.kube.responses.set(`${namespace}/pods/web-2/eviction`, { status: 500, body });
    const run = await startScaleDown(environment, process);
    await environment.waitForRun(run);
    expect((await environment.listEvents(run, 'step.failed')).at(-1)?.error).toMatchObject({
      code: 'api-refused',
      message: 'evicting pod shop/web-2: the API server returned 500',
      detail: 'etcdserver: mvcc: database space exceeded',
    });
  });

  test('leaves a schedulable node with its route and instance when the run is cancelled', async () => {
    const { environment, process, api } = await createShop(3);
    const run = await startScaleDown(environment, process);
    await waitUntilBlocked(environment, process, run);
    await process.clusterService.cancelRun('demo', environment.requester);
    await environment.waitForRun(run);
    expect(await environment.getOutcome(run)).toBe('cancelled');
    expect(await isCordoned(api)).toBe(false);
    expect(await listLogLines(environment, run)).toContain(`removed the cordon that this run set on node ${worker}`);
    const resources = environment.compute.listResourceNames();
    expect(resources).toEqual(expect.arrayContaining([`routes ${worker}-pods`, `instances ${worker}`]));
  });

  test('says how to uncordon the node when the API server does not respond to a cancelled run', async () => {
    const { environment, process } = await createShop(3);
    const run = await startScaleDown(environment, process);
    await waitUntilBlocked(environment, process, run);
    environment.kube.faults.plan({
      call: /demo-worker-2$/,
      when: 'before',
      times: 100,
      error: () => new Error('the API server is down'),
    });
    await process.clusterService.cancelRun('demo', environment.requester);
    await environment.waitForRun(run);
    expect(await environment.getOutcome(run)).toBe('cancelled');
    expect(await listLogLines(environment, run)).toContain(
      `node ${worker} may still be cordoned: run \`kubectl uncordon ${worker}\``,
    );
  });

  test('fails after five minutes of a blocking budget, uncordons the node, and succeeds when resumed', async () => {
    const { environment, process, api } = await createShop(3);
    const run = await startScaleDown(environment, process);
    await waitUntilBlocked(environment, process, run);
    await environment.waitForRun(run);
    expect(await environment.getOutcome(run)).toBe('failed');
    expect((await environment.listEvents(run, 'step.failed')).map(({ step, error }) => [step, error.code])).toEqual([
      [`remove:node-registration/${worker}`, 'drain-blocked'],
    ]);
    expect(await isCordoned(api)).toBe(false);
    await setBudget(api, 2);
    expect(await process.clusterService.resumeRun('demo', environment.requester)).toEqual({ run });
    await environment.waitForRun(run);
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect(environment.compute.listResourceNames()).not.toContain(`instances ${worker}`);
  });

  test('restores nothing when the run is rejected', async () => {
    const { environment, process, api } = await createShop(2);
    const run = await startScaleDown(environment, process);
    for (let i = 0; i < 100 && (await environment.listEvents(run, 'approval.requested')).length === 0; i++)
      await environment.clock.sleep(500, signal);
    const [request] = await environment.listEvents(run, 'approval.requested');
    await process.clusterService.decideApproval(run, String(request?.digest), environment.requester, false);
    await environment.waitForRun(run);
    expect(await environment.getOutcome(run)).toBe('cancelled');
    expect(await listLogLines(environment, run)).toEqual([]);
    expect(await isCordoned(api)).toBe(false);
  });
});
