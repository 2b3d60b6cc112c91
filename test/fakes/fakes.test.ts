import { describe, expect, test } from 'vitest';
import { KthwError } from '../../src/engine/cluster/errors.ts';
import type { InstanceSpec } from '../../src/engine/gcp/compute/compute-client.ts';
import { hostStep } from '../../src/engine/steps/host-step.ts';
import type { StepContext } from '../../src/engine/steps/step-context.ts';
import { stepHandle } from '../../src/engine/workflow/step-handle.ts';
import { buildCluster } from '../fixtures/cluster.ts';
import { FakeChat } from './chat.ts';
import { FakeClock } from './clock.ts';
import { FakeCompute } from './compute.ts';
import { CrashingProcess } from './crashing-process.ts';
import { FaultInjector } from './fault-injector.ts';
import { buildSpec, RunEnvironment } from './run-environment.ts';

const signal = new AbortController().signal;
const network = { name: 'n', description: 'd' };
const subnet = { name: 's', network: 'n', region: 'us-west1', description: 'd', range: '10.240.0.0/24' };
const address = { name: 'a', region: 'us-west1', description: 'd', labels: { x: 'y' } };

describe('FakeClock', () => {
  test('stands still when the last sleeper is aborted', async () => {
    const clock = new FakeClock();
    const from = +clock.now();
    const controller = new AbortController();
    const sleep = clock.sleep(1_000, controller.signal).catch(() => {});
    controller.abort();
    await sleep;
    await new Promise((resolve) => setImmediate(resolve));
    expect(+clock.now()).toBe(from);
  });

  test('wakes sleepers in order of time, without real delay', async () => {
    const clock = new FakeClock();
    const from = +clock.now();
    const woken: [string, number][] = [];
    const sleep = (name: string, ms: number) =>
      clock.sleep(ms, signal).then(() => woken.push([name, +clock.now() - from]));
    await Promise.all([sleep('late', 3_600_000), sleep('first', 10), sleep('second', 10), sleep('now', 0)]);
    expect(woken).toEqual([
      ['now', 0],
      ['first', 10],
      ['second', 10],
      ['late', 3_600_000],
    ]);
  });

  test('stops virtual time during real work', async () => {
    const clock = new FakeClock();
    const from = +clock.now();
    const sleeping = clock.sleep(1_000, signal);
    await clock.pauseDuring(() => new Promise((resolve) => setTimeout(resolve, 20)));
    expect(+clock.now() - from).toBe(0);
    await sleeping;
    expect(+clock.now() - from).toBe(1_000);
  });

  test('rejects a sleep with the reason of its signal', async () => {
    const stop = new AbortController();
    const sleeping = new FakeClock().sleep(1_000, stop.signal);
    stop.abort(new Error('aborted by the test'));
    await expect(sleeping).rejects.toThrow('aborted by the test');
  });

  test('follows real time faster with a speedup', async () => {
    const clock = new FakeClock({ start: new Date(0), speedup: 1_000 });
    await clock.sleep(5_000, signal);
    clock.advance(3_600_000);
    expect(+clock.now()).toBeGreaterThanOrEqual(3_600_000 + 4_000);
  });
});

describe('FakeChat', () => {
  test('finds posted messages by metadata, and edits and deletes them', async () => {
    const chat = new FakeChat(new FakeClock());
    const metadata = { run: 'r1', seq: 3 };
    const ref = await chat.postMessage('C1', { text: 'one', blocks: [] }, { metadata });
    expect(await chat.findMessage('C1', metadata, { since: new Date(0) })).toMatchObject(ref);
    await chat.updateMessage(ref, { text: 'two', blocks: [] });
    expect(chat.postedMessages).toMatchObject([{ message: { text: 'two' }, editCount: 1 }]);
    chat.deleteMessage(ref);
    await expect(chat.updateMessage(ref, { text: 'three', blocks: [] })).rejects.toMatchObject({
      kind: 'message-not-found',
    });
  });

  test('fails calls as planned, with or without their effect', async () => {
    const chat = new FakeChat(new FakeClock());
    const post = () => chat.postMessage('C1', { text: 'one', blocks: [] });
    chat.planFault({ method: 'postMessage', kind: 'rate-limited', retryAfterMs: 1_000 });
    await expect(post()).rejects.toMatchObject({ kind: 'rate-limited', retryAfterMs: 1_000 });
    expect(chat.postedMessages).toHaveLength(0);
    chat.planFault({ method: 'postMessage', kind: 'unknown-outcome', losesResponse: true });
    await expect(post()).rejects.toMatchObject({ kind: 'unknown-outcome' });
    expect(chat.postedMessages).toHaveLength(1);
  });
});

describe('FakeCompute', () => {
  test('creates a resource once, however often it is inserted', async () => {
    const compute = createCompute();
    await compute.networks.insert(network, buildOptions('1'));
    await compute.networks.insert(network, buildOptions('1'));
    await compute.networks.insert(network, buildOptions('2'));
    expect(compute.countInserts('networks', 'n')).toBe(1);
    expect(await compute.networks.get({ name: 'n' }, signal)).toMatchObject(network);
  });

  test('adds missing labels on insert and keeps existing ones', async () => {
    const compute = createCompute();
    await compute.addresses.insert({ ...address, labels: {} }, buildOptions('1'));
    await compute.addresses.insert(address, buildOptions('2'));
    await compute.addresses.insert({ ...address, labels: { z: 'z' } }, buildOptions('3'));
    expect((await compute.addresses.get(address, signal))?.labels).toEqual({ x: 'y' });
  });

  test('rejects references to missing resources and the deletion of resources in use', async () => {
    const compute = createCompute();
    await expect(compute.subnetworks.insert(subnet, buildOptions('1'))).rejects.toMatchObject({
      code: 'cloud-invalid',
    });
    await compute.networks.insert(network, buildOptions('2'));
    await compute.subnetworks.insert(subnet, buildOptions('3'));
    await expect(compute.networks.delete({ name: 'n' }, buildOptions('4'))).rejects.toMatchObject({ code: 'in-use' });
    await compute.subnetworks.delete(subnet, buildOptions('5'));
    await compute.networks.delete({ name: 'n' }, buildOptions('6'));
    await compute.networks.delete({ name: 'n' }, buildOptions('7'));
    expect(compute.listResourceNames()).toEqual([]);
  });

  test('boots an instance after 12 s and reports its host keys after 20 s', async () => {
    const clock = new FakeClock();
    const compute = new FakeCompute(clock);
    await compute.networks.insert(network, buildOptions('1'));
    await compute.subnetworks.insert(subnet, buildOptions('2'));
    const instance = { name: 'm', zone: 'z', network: 'n', subnetwork: 's', tags: [] } as unknown as InstanceSpec;
    await compute.instances.insert(instance, buildOptions('3'));
    expect(await compute.instances.get(instance, signal)).toMatchObject({
      status: 'PROVISIONING',
      externalAddress: undefined,
    });
    await clock.sleep(12_000, signal);
    expect(await compute.instances.get(instance, signal)).toMatchObject({
      status: 'RUNNING',
      externalAddress: expect.any(String),
    });
    expect(await compute.getHostKeys(instance, signal)).toEqual([]);
    await clock.sleep(12_000, signal);
    const [key] = await compute.getHostKeys(instance, signal);
    await compute.instances.delete(instance, buildOptions('4'));
    await compute.instances.insert(instance, buildOptions('5'));
    await clock.sleep(30_000, signal);
    expect(await compute.getHostKeys(instance, signal)).not.toEqual([key]);
  });

  test('keeps the effect of a mutation whose caller was aborted', async () => {
    const compute = createCompute();
    const stop = new AbortController();
    const inserting = compute.networks.insert(network, { requestId: '1', signal: stop.signal });
    stop.abort();
    await expect(inserting).rejects.toMatchObject({ code: 'cancelled' });
    expect(compute.listResourceNames()).toEqual(['networks n']);
  });
});

describe('FaultInjector', () => {
  test('fails calls before or after their effect, and counts every call', async () => {
    const faults = new FaultInjector();
    let effects = 0;
    const insert = () => faults.run('insert x', () => ++effects);
    faults.plan({ call: /^insert/, when: 'before', times: 2, error: () => new Error('before') });
    await expect(insert()).rejects.toThrow('before');
    await expect(insert()).rejects.toThrow('before');
    faults.plan({ call: /^insert/, when: 'after', error: () => new Error('after') });
    await expect(insert()).rejects.toThrow('after');
    expect([effects, await insert(), faults.countCalls(/insert/)]).toEqual([1, 2, 4]);
  });

  test('does work before the next matching call', async () => {
    const faults = new FaultInjector();
    const order: string[] = [];
    faults.intercept(/^insert/, async () => void order.push('work'));
    for (const call of ['get x', 'insert x', 'insert x']) await faults.run(call, () => void order.push(call));
    expect(order).toEqual(['get x', 'work', 'insert x', 'insert x']);
  });
});

describe('CrashingProcess', () => {
  test('makes no calls after a crash and gets no response to pending ones', async () => {
    const process = new CrashingProcess();
    let calls = 0;
    let answer: (value: string) => void = () => {};
    const wrapped = process.wrap({
      call: () => {
        calls++;
        return new Promise<string>((resolve) => {
          answer = resolve;
        });
      },
    });
    const pending = wrapped.call();
    process.crash();
    answer('too late');
    await expect(pending).rejects.toThrow('this process has ended');
    await expect(wrapped.call()).rejects.toThrow('this process has ended');
    expect(calls).toBe(1);
  });
});

describe('FakeSsh', () => {
  test('gives a recreated instance an empty disk and other host keys', async () => {
    const { environment, host, write } = await createReachableWorker();
    await write('one');
    expect(environment.ssh.findHostByName('demo-worker-0')?.files.size).toBeGreaterThan(0);
    const worker = getWorker(environment);
    await environment.compute.instances.delete(worker, buildOptions('x1'));
    await environment.compute.instances.insert(worker, buildOptions('x2'));
    await environment.clock.sleep(30_000, signal);
    await expect(host.run('true', { deadlineMs: 1, signal })).rejects.toMatchObject({ code: 'ssh-host-key' });
    const [key = ''] = await environment.compute.getHostKeys(worker, signal);
    expect(
      environment.ssh.findHostByAddress(
        environment.compute.listInstances().find(({ name }) => name === 'demo-worker-0')?.externalAddress ?? '',
      )?.files.size,
    ).toBe(0);
    expect(key).not.toBe('');
    await environment.close();
  });

  test('requires the SSH firewall rule and an SSH key', async () => {
    const { environment, host } = await createReachableWorker();
    const run = () => host.run('true', { deadlineMs: 1, signal });
    await run();
    environment.compute.tamper('firewalls', 'demo-allow-ssh', { disabled: true });
    await expect(run()).rejects.toMatchObject({ code: 'ssh-unreachable' });
    environment.compute.tamper('firewalls', 'demo-allow-ssh', { disabled: false });
    environment.compute.tamper('instances', 'demo-worker-0', { metadata: {} });
    await expect(run()).rejects.toMatchObject({ code: 'ssh-denied' });
    await environment.close();
  });

  test('keeps files across a reboot and starts only enabled services', async () => {
    const { environment } = await createReachableWorker();
    const host = environment.ssh.findHostByName('demo-worker-0');
    const files = host?.files.size;
    host?.runningServices.add('started by hand');
    host?.reboot();
    expect([...(host?.runningServices ?? [])].sort()).toEqual([
      'containerd',
      'kthw-metadata-firewall',
      'kube-proxy',
      'kubelet',
    ]);
    expect(host?.files.size).toBe(files);
    await environment.close();
  });

  test('keeps only the files written before a connection loss', async () => {
    const { environment, write } = await createReachableWorker();
    environment.ssh.faults.plan({
      call: /^write-rest demo-worker-0/,
      when: 'before',
      error: () => new KthwError('ssh-cut', { host: 'demo-worker-0', doing: 'writing' }),
    });
    await expect(write('one', 'two')).rejects.toMatchObject({ code: 'ssh-cut' });
    const paths = [...(environment.ssh.findHostByName('demo-worker-0')?.files.keys() ?? [])];
    expect([paths.includes('/tmp/one'), paths.includes('/tmp/two')]).toEqual([true, false]);
    await environment.close();
  });

  test('fails at once and names a step whose check has no apply script', async () => {
    const { environment, context } = await createReachableWorker();
    const [instance] = buildCluster(buildSpec()).workerInstances;
    if (!instance) throw new Error('the cluster has no worker');
    const step = hostStep({
      handle: stepHandle('toy/check-only'),
      title: 'Toy',
      instance,
      files: () => [{ path: '/etc/toy', content: 'toy', mode: 0o644 }],
      checkScript: () => 'test -s /etc/toy',
    });
    const message = 'step toy/check-only has a checkScript but no applyScript';
    await expect(step.apply?.(context)).rejects.toThrow(message);
    const deleting = environment.createProcess().clusterService.deleteCluster('demo', environment.requester, 'C1');
    await expect(environment.finishRun(deleting)).rejects.toThrow(message);
    await environment.close();
  });
});

describe('FakeKube', () => {
  test('responds only while an API server runs, and deletes a namespace with its objects', async () => {
    const { environment } = await createReachableWorker();
    const record = (await environment.store.read('cluster', 'demo'))?.value;
    const api = environment.kube.connect({
      address: String(record?.outputs['public-address']),
      caCertificate: '',
      certificate: '',
      key: '' as never,
    });
    const namespace = '/api/v1/namespaces/x';
    await expect(api.apply(`${namespace}/secrets/s`, {}, signal)).rejects.toMatchObject({ code: 'api-refused' });
    await api.apply(namespace, { kind: 'Namespace' }, signal);
    await api.apply(`${namespace}/secrets/s`, {}, signal);
    await api.request('DELETE', namespace, signal);
    expect((await api.request('GET', namespace, signal)).body).toMatchObject({ status: { phase: 'Terminating' } });
    await environment.clock.sleep(10_000, signal);
    expect((await api.request('GET', `${namespace}/secrets/s`, signal)).status).toBe(404);
    environment.ssh.findHostByName('demo-controller-0')?.runningServices.delete('kube-apiserver');
    await expect(api.request('GET', '/readyz', signal)).rejects.toMatchObject({ code: 'api-unreachable' });
    await environment.close();
  });
});

function createCompute(): FakeCompute {
  return new FakeCompute(new FakeClock());
}

function buildOptions(requestId: string) {
  return { requestId, signal };
}

/** A cluster with SSH access to its worker. */
async function createReachableWorker() {
  const environment = new RunEnvironment();
  await environment.createCluster(environment.createProcess());
  await environment.clock.sleep(10_000, signal);
  environment.compute.tamper('firewalls', 'demo-allow-ssh', { disabled: false });
  environment.compute.tamper('instances', 'demo-worker-0', { metadata: { 'ssh-keys': 'kthw:ssh-ed25519 AAAA' } });
  const outputs = (await environment.store.read('cluster', 'demo'))?.value.outputs ?? {};
  const host = environment.ssh.createClient().getHost({
    name: 'demo-worker-0',
    address: String(outputs['external-address/demo-worker-0']),
    user: 'kthw',
    hostKeys: outputs['host-keys/demo-worker-0'] as string[],
    identity: '' as never,
  });
  const write = (...names: string[]) =>
    host.writeFiles(
      names.map((name) => ({ path: `/tmp/${name}`, content: name, mode: 0o644 })),
      { deadlineMs: 1, signal },
    );
  const context = {
    ssh: environment.ssh.createClient(),
    vault: environment.vaults.createProvider(environment.store).getVault('demo'),
    ...{ compute: environment.compute, cluster: buildCluster(), clock: environment.clock },
    findOutput: ({ name }: { readonly name: string }) => outputs[name],
    getOutput: ({ name }: { readonly name: string }) => outputs[name],
    signal,
  } as unknown as StepContext;
  return { environment, host, write, context };
}

function getWorker(environment: RunEnvironment): InstanceSpec {
  const found = environment.compute.listInstances().find(({ name }) => name === 'demo-worker-0');
  if (!found) throw new Error('the cluster has no worker');
  return { ...found.spec, zone: buildSpec().zone };
}
