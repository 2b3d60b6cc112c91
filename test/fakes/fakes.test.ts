import { describe, expect, test } from 'vitest';
import { KthwError } from '../../src/engine/cluster/errors.ts';
import type { InstanceSpec } from '../../src/engine/gcp/compute/compute-client.ts';
import { FakeClock } from './clock.ts';
import { FakeCompute } from './compute.ts';
import { CrashingProcess } from './crashing-process.ts';
import { FaultInjector } from './fault-injector.ts';
import { buildSpec, RunEnvironment } from './run-environment.ts';

const signal = new AbortController().signal;
const network = { name: 'n', description: 'd' };
const subnet = { name: 's', network: 'n', region: 'us-west1', range: '10.240.0.0/24' };
const address = { name: 'a', region: 'us-west1', description: 'd', labels: { x: 'y' } };

describe('the clock', () => {
  test('wakes sleepers in the order of their times, at those times, in no real time', async () => {
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

  test('stands still while real work is under way', async () => {
    const clock = new FakeClock();
    const from = +clock.now();
    const sleeping = clock.sleep(1_000, signal);
    await clock.pauseDuring(() => new Promise((resolve) => setTimeout(resolve, 20)));
    expect(+clock.now() - from).toBe(0);
    await sleeping;
    expect(+clock.now() - from).toBe(1_000);
  });

  test('lets a sleeper go with the reason of its signal', async () => {
    const stop = new AbortController();
    const sleeping = new FakeClock().sleep(1_000, stop.signal);
    stop.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
  });
});

describe('the cloud', () => {
  test('makes one resource of the same request, and takes an insert of what exists quietly', async () => {
    const cloud = aCloud();
    await cloud.networks.insert(network, call('1'));
    await cloud.networks.insert(network, call('1'));
    await cloud.networks.insert(network, call('2'));
    expect(cloud.countInserts('networks', 'n')).toBe(1);
    expect(await cloud.networks.get({ name: 'n' }, signal)).toMatchObject(network);
  });

  test('completes labels that are missing, and leaves those that are there', async () => {
    const cloud = aCloud();
    await cloud.addresses.insert({ ...address, labels: {} }, call('1'));
    await cloud.addresses.insert(address, call('2'));
    await cloud.addresses.insert({ ...address, labels: { z: 'z' } }, call('3'));
    expect((await cloud.addresses.get(address, signal))?.labels).toEqual({ x: 'y' });
  });

  test('refuses what refers to nothing, and a deletion of what is in use', async () => {
    const cloud = aCloud();
    await expect(cloud.subnetworks.insert(subnet, call('1'))).rejects.toMatchObject({ code: 'cloud-invalid' });
    await cloud.networks.insert(network, call('2'));
    await cloud.subnetworks.insert(subnet, call('3'));
    await expect(cloud.networks.delete({ name: 'n' }, call('4'))).rejects.toMatchObject({ code: 'in-use' });
    await cloud.subnetworks.delete(subnet, call('5'));
    await cloud.networks.delete({ name: 'n' }, call('6'));
    await cloud.networks.delete({ name: 'n' }, call('7'));
    expect(cloud.listResourceNames()).toEqual([]);
  });

  test('boots a machine in its own time, and shows its host keys later', async () => {
    const clock = new FakeClock();
    const cloud = new FakeCompute(clock);
    await cloud.networks.insert(network, call('1'));
    await cloud.subnetworks.insert(subnet, call('2'));
    const machine = { name: 'm', zone: 'z', network: 'n', subnetwork: 's', tags: [] } as unknown as InstanceSpec;
    await cloud.instances.insert(machine, call('3'));
    expect(await cloud.instances.get(machine, signal)).toMatchObject({
      status: 'PROVISIONING',
      externalAddress: undefined,
    });
    await clock.sleep(12_000, signal);
    expect(await cloud.instances.get(machine, signal)).toMatchObject({
      status: 'RUNNING',
      externalAddress: expect.any(String),
    });
    expect(await cloud.getHostKeys(machine, signal)).toEqual([]);
    await clock.sleep(12_000, signal);
    const [key] = await cloud.getHostKeys(machine, signal);
    await cloud.instances.delete(machine, call('4'));
    await cloud.instances.insert(machine, call('5'));
    await clock.sleep(30_000, signal);
    expect(await cloud.getHostKeys(machine, signal)).not.toEqual([key]);
  });

  test('leaves the effect of a change whose caller did not wait for its operation', async () => {
    const cloud = aCloud();
    const stop = new AbortController();
    const inserting = cloud.networks.insert(network, { requestId: '1', signal: stop.signal });
    stop.abort();
    await expect(inserting).rejects.toMatchObject({ code: 'cancelled' });
    expect(cloud.listResourceNames()).toEqual(['networks n']);
  });
});

describe('faults', () => {
  test('strike before or after the effect, as often as planned, and calls are counted all the same', async () => {
    const faults = new FaultInjector();
    let effects = 0;
    const make = () => faults.run('insert x', () => ++effects);
    faults.plan({ call: /^insert/, when: 'before', times: 2, error: () => new Error('before') });
    await expect(make()).rejects.toThrow('before');
    await expect(make()).rejects.toThrow('before');
    faults.plan({ call: /^insert/, when: 'after', error: () => new Error('after') });
    await expect(make()).rejects.toThrow('after');
    expect([effects, await make(), faults.countCalls(/insert/)]).toEqual([1, 2, 4]);
  });
});

describe('a process', () => {
  test('that has ended calls nothing more, and hears no answer to what it had called', async () => {
    const life = new CrashingProcess();
    let calls = 0;
    let answer: (value: string) => void = () => {};
    const held = life.wrap({
      call: () => {
        calls++;
        return new Promise<string>((resolve) => {
          answer = resolve;
        });
      },
    });
    const underWay = held.call();
    life.crash();
    answer('too late');
    await expect(underWay).rejects.toThrow('this process has ended');
    await expect(held.call()).rejects.toThrow('this process has ended');
    expect(calls).toBe(1);
  });
});

describe('a machine', () => {
  test('is another one after it was made again: an empty disk, and other host keys', async () => {
    const { environment, host, write } = await aMachine();
    await write('one');
    expect(environment.ssh.findHostByName('demo-worker-0')?.files.size).toBeGreaterThan(0);
    const worker = machineOf(environment);
    await environment.compute.instances.delete(worker, call('x1'));
    await environment.compute.instances.insert(worker, call('x2'));
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

  test('lets nobody in while the rule for ssh is off, nor without a key', async () => {
    const { environment, host } = await aMachine();
    const run = () => host.run('true', { deadlineMs: 1, signal });
    await run();
    environment.compute.tamper('firewalls', 'demo-allow-ssh', { disabled: true });
    await expect(run()).rejects.toMatchObject({ code: 'ssh-unreachable' });
    environment.compute.tamper('firewalls', 'demo-allow-ssh', { disabled: false });
    environment.compute.tamper('instances', 'demo-worker-0', { metadata: {} });
    await expect(run()).rejects.toMatchObject({ code: 'ssh-denied' });
    await environment.close();
  });

  test('keeps its files over a reboot, and runs what was enabled', async () => {
    const { environment } = await aMachine();
    const machine = environment.ssh.findHostByName('demo-worker-0');
    const files = machine?.files.size;
    machine?.runningServices.add('started by hand');
    machine?.reboot();
    expect([...(machine?.runningServices ?? [])].sort()).toEqual(['containerd', 'kube-proxy', 'kubelet']);
    expect(machine?.files.size).toBe(files);
    await environment.close();
  });

  test('keeps the files that were written before a write was cut, and has none of the others', async () => {
    const { environment, write } = await aMachine();
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
});

describe('an API server', () => {
  test('is reached only while it runs, and its namespaces go with all that is in them', async () => {
    const { environment } = await aMachine();
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

function aCloud(): FakeCompute {
  return new FakeCompute(new FakeClock());
}

function call(requestId: string) {
  return { requestId, signal };
}

/** A cluster, and its worker as the engine reached it while the way in was open. */
async function aMachine() {
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
  return { environment, host, write };
}

function machineOf(environment: RunEnvironment): InstanceSpec {
  const found = environment.compute.listInstances().find(({ name }) => name === 'demo-worker-0');
  if (!found) throw new Error('there is no worker');
  return { ...found.spec, zone: buildSpec().zone };
}
