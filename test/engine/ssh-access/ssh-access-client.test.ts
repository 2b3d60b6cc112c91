import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import { controllers } from '../../../src/engine/phases/controllers.ts';
import { firewall } from '../../../src/engine/phases/firewall.ts';
import { keySteps, keys } from '../../../src/engine/phases/keys.ts';
import { network } from '../../../src/engine/phases/network.ts';
import { workers } from '../../../src/engine/phases/workers.ts';
import type { SshHost } from '../../../src/engine/ssh/ssh-client.ts';
import { getSshRuleState, setSshRuleState } from '../../../src/engine/ssh-access/ssh-access.ts';
import { disableSshAccess, withSshAccess } from '../../../src/engine/ssh-access/ssh-access-client.ts';
import { getSshKeyState, setSshKeyState } from '../../../src/engine/ssh-access/ssh-key-state.ts';
import type { StepContext } from '../../../src/engine/steps/step-context.ts';
import { RunEnvironment } from '../../fakes/run-environment.ts';
import { buildCluster } from '../../fixtures/cluster.ts';

const { signal } = new AbortController();
const environments: RunEnvironment[] = [];
afterEach(async () => {
  for (const environment of environments.splice(0)) await environment.close();
});

/** The instances of a cluster whose SSH access is disabled, and clients that enable it. */
async function createSetting() {
  const environment = new RunEnvironment();
  environments.push(environment);
  const { compute, clock, store, ssh } = environment;
  const cluster = buildCluster({ controllers: 1, workers: 1 });
  const deps = { compute, cluster, vault: environment.vaults.createProvider(store).getVault('demo') };
  const phases = [network, keys, firewall, controllers, workers];
  for (const step of phases.flatMap((phase) => phase.steps(cluster))) {
    if (step.handle.key.startsWith('keys/') && step.handle !== keySteps.ssh) continue;
    await step.apply?.({ ...deps, clock, requestId: step.handle.key, signal } as unknown as StepContext);
  }
  await disableSshAccess(deps, signal);
  await clock.sleep(60_000, signal);
  const createClient = () => withSshAccess(ssh.createClient(), { ...deps, clock });
  const hostKeys = new Map<string, readonly string[]>();
  for (const { name } of cluster.instances) hostKeys.set(name, await compute.getHostKeys({ name }, signal));
  function hostOn(client: ReturnType<typeof createClient>, name = 'demo-worker-0'): SshHost {
    const address = compute.listInstances().find((instance) => instance.name === name)?.externalAddress ?? '';
    return client.getHost({ name, address, hostKeys: hostKeys.get(name) ?? [], user: 'kthw', identity: '' as never });
  }
  return { environment, cloud: compute, cluster, deps, createClient, hostOn };
}

type Setting = Awaited<ReturnType<typeof createSetting>>;

const run = (host: SshHost) => host.run('true', { deadlineMs: 1_000, signal });
const countOpenings = ({ cloud }: Setting) => cloud.faults.countCalls(/^setFirewallDisabled /);
const changes = ({ cloud }: Setting, machine: string) =>
  cloud.faults.countCalls(new RegExp(`^setMetadata .*${machine}$`));
const looks = ({ cloud }: Setting) => cloud.faults.countCalls(/^get firewalls demo-allow-ssh$/);
const keysOf = ({ cloud }: Setting, name = 'demo-worker-0') =>
  cloud.listInstances().find((machine) => machine.name === name)?.spec.metadata['ssh-keys'];
const isOff = async ({ cloud }: Setting) => (await cloud.firewalls.get({ name: 'demo-allow-ssh' }, signal))?.disabled;

describe('SSH access', () => {
  test('is enabled once for all concurrent callers, and once for each instance', async () => {
    const c = await createSetting();
    expect([await isOff(c), keysOf(c)]).toEqual([true, undefined]);
    const before = { countOpenings: countOpenings(c), worker: changes(c, 'demo-worker-0'), looks: looks(c) };
    const client = c.createClient();
    const hosts = [hostOn(c, client, 'demo-worker-0'), hostOn(c, client, 'demo-controller-0')];
    for (const _ of [1, 2]) await Promise.all(hosts.flatMap((host) => [run(host), run(host)]));
    expect([await isOff(c), keysOf(c)]).toEqual([false, expect.stringMatching(/^kthw:ssh-ed25519 /)]);
    expect(countOpenings(c) - before.countOpenings).toBe(1);
    expect(changes(c, 'demo-worker-0') - before.worker).toBe(1);
    await client.close();
  });

  test('when enabled is checked once for each instance, without changes and without delay', async () => {
    const c = await createSetting();
    await run(hostOn(c, c.createClient()));
    const before = { countOpenings: countOpenings(c), looks: looks(c) };
    const away = () => new KthwError('cloud-unavailable', { doing: 'looking' });
    c.cloud.faults.plan({ call: /^get instances demo-worker-0$/, when: 'before', error: away });
    const client = c.createClient();
    const host = hostOn(c, client);
    for (const _ of [1, 2, 3]) {
      await run(host);
      await c.environment.clock.sleep(1_000, signal);
    }
    expect(countOpenings(c)).toBe(before.countOpenings);
    // The one that failed was looked for again by the second visit.
    expect(looks(c) - before.looks).toBe(2);
  });

  test('is enabled again when it was disabled concurrently', async () => {
    const c = await createSetting();
    const host = hostOn(c, c.createClient());
    await run(host);
    await disableSshAccess(c.deps, signal);
    await c.environment.clock.sleep(30_000, signal);
    const before = countOpenings(c);
    await run(host);
    expect(countOpenings(c) - before).toBe(1);
  });

  test('reports an instance that is unreachable though access is enabled, and the next call checks again', async () => {
    const c = await createSetting();
    const host = hostOn(c, c.createClient());
    await run(host);
    await c.environment.clock.sleep(60_000, signal);
    c.environment.ssh.unreachable.add('demo-worker-0');
    for (const _ of [1, 2]) {
      const before = looks(c);
      await expect(run(host)).rejects.toMatchObject({ code: 'ssh-unreachable' });
      expect(looks(c) - before).toBe(1);
    }
    c.environment.ssh.unreachable.clear();
    await run(host);
  });

  test('that cannot be enabled fails with the cause', async () => {
    const c = await createSetting();
    const error = () => new KthwError('cloud-denied', { doing: 'turning firewall rule demo-allow-ssh on' });
    c.cloud.faults.plan({ call: /^setFirewallDisabled /, when: 'before', error });
    await expect(run(hostOn(c, c.createClient()))).rejects.toMatchObject({ code: 'cloud-denied', kind: 'denied' });
  });

  test('does not change a firewall rule or an instance of another owner', async () => {
    const c = await createSetting();
    const before = countOpenings(c);
    c.cloud.tamper('firewalls', 'demo-allow-ssh', { description: 'of somebody else' });
    c.cloud.tamper('instances', 'demo-worker-0', { labels: { 'kthw-cluster': 'another' } });
    await expect(run(hostOn(c, c.createClient()))).rejects.toMatchObject({ code: 'ssh-unreachable' });
    expect([countOpenings(c) - before, await isOff(c), keysOf(c)]).toEqual([0, true, undefined]);
  });

  test('is enabled for files and for batches, too', async () => {
    const c = await createSetting();
    const host = hostOn(c, c.createClient());
    await host.writeFiles([{ path: '/etc/toy', content: 'x', mode: 0o600 }], { deadlineMs: 1_000, signal });
    expect(c.environment.ssh.findHostByName('demo-worker-0')?.files.has('/etc/toy')).toBe(true);
    await disableSshAccess(c.deps, signal);
    expect(await host.runBatch([{ run: 'true' }], { deadlineMs: 1_000, signal })).toMatchObject({ exitCode: 0 });
  });

  test('waits 15 s for an instance that stays unreachable after access was enabled', async () => {
    const c = await createSetting();
    const client = c.createClient();
    await client.enableAccess(signal);
    const enabledAt = +c.environment.clock.now();
    c.environment.ssh.unreachable.add('demo-worker-0');
    await expect(run(hostOn(c, client))).rejects.toMatchObject({ code: 'ssh-unreachable' });
    expect(+c.environment.clock.now() - enabledAt).toBe(15_000);
  });

  test('does not repeat a connection that failed for another reason', async () => {
    const c = await createSetting();
    const client = c.createClient();
    await client.enableAccess(signal);
    await c.environment.clock.sleep(5_000, signal);
    const startedAt = +c.environment.clock.now();
    c.environment.ssh.impersonated.add('demo-worker-0');
    await expect(run(hostOn(c, client))).rejects.toMatchObject({ code: 'ssh-host-key' });
    c.environment.ssh.impersonated.clear();
    c.environment.ssh.faults.plan({ call: /^run demo-worker-0 /, when: 'before', error: () => new Error('a bug') });
    await expect(run(hostOn(c, client))).rejects.toThrow('a bug');
    expect(+c.environment.clock.now() - startedAt).toBe(0);
  });

  test('to an instance that the cluster lacks fails at once', async () => {
    const c = await createSetting();
    const client = c.createClient();
    await client.enableAccess(signal);
    await c.environment.clock.sleep(60_000, signal);
    const startedAt = +c.environment.clock.now();
    await expect(run(hostOn(c, client, 'demo-worker-7'))).rejects.toMatchObject({ code: 'ssh-unreachable' });
    expect(+c.environment.clock.now() - startedAt).toBe(0);
  });

  test('can be enabled in advance for all instances, once', async () => {
    const c = await createSetting();
    const client = c.createClient();
    await client.enableAccess(signal);
    expect(await isOff(c)).toBe(false);
    expect([keysOf(c, 'demo-worker-0'), keysOf(c, 'demo-controller-0')]).toEqual([
      expect.stringMatching(/^kthw:ssh-ed25519 /),
      expect.stringMatching(/^kthw:ssh-ed25519 /),
    ]);
    const before = looks(c);
    await client.enableAccess(signal);
    expect(looks(c)).toBe(before);
  });

  test('in advance leaves errors to later connections, and ends when its caller aborts', async () => {
    const c = await createSetting();
    const error = () => new KthwError('cloud-denied', { doing: 'x' });
    c.cloud.faults.plan({ call: /^setFirewallDisabled /, when: 'before', error, times: 2 });
    await c.createClient().enableAccess(signal);
    const stop = new AbortController();
    const enabling = c.createClient().enableAccess(stop.signal);
    stop.abort();
    await enabling;
  });

  test('is no longer enabled after the client is closed, which closes its connections', async () => {
    const c = await createSetting();
    const closed: string[] = [];
    const inner = { ...c.environment.ssh.createClient(), close: async () => void closed.push('closed') };
    const client = withSshAccess(inner, { ...c.deps, clock: c.environment.clock });
    const enabling = client.enableAccess(signal);
    await client.close();
    await enabling;
    expect([closed, await isOff(c), keysOf(c)]).toEqual([['closed'], true, undefined]);
  });

  test('ends when its caller aborts', async () => {
    const c = await createSetting();
    const stop = new AbortController();
    const visiting = hostOn(c, c.createClient()).run('true', { deadlineMs: 1_000, signal: stop.signal });
    stop.abort();
    await expect(visiting).rejects.toThrow('aborted');
  });
});

test('the SSH firewall rule changes only to another state, and reports that', async () => {
  const c = await createSetting();
  const set = (state: 'open' | 'shut') => setSshRuleState(c.deps, state, { requestId: 'r', signal });
  expect([await set('shut'), await getSshRuleState(c.deps, signal)]).toEqual([false, 'shut']);
  expect([await set('open'), await getSshRuleState(c.deps, signal)]).toEqual([true, 'open']);
  expect([await set('open'), await getSshRuleState(c.deps, signal)]).toEqual([false, 'open']);
  c.cloud.tamper('firewalls', 'demo-allow-ssh', { description: 'of somebody else' });
  expect([await set('shut'), await getSshRuleState(c.deps, signal)]).toEqual([false, undefined]);
  expect(await isOff(c)).toBe(false);
});

describe('the SSH key in instance metadata', () => {
  const machine = 'demo-worker-0';
  const others = 'ada:ssh-ed25519 AAAA ada\nkthw:ssh-ed25519 BBBB of another cluster';

  test.each([
    ['only keys of others', others, others],
    ['no keys', undefined, undefined],
  ])('is added and removed where there are %s', async (_, before, after) => {
    const c = await createSetting();
    const [worker] = c.cluster.workerInstances;
    if (!worker) throw new Error('there is no worker');
    const kept = { 'pod-cidr': '10.200.0.0/24', 'block-project-ssh-keys': 'TRUE', 'enable-oslogin': 'FALSE' };
    c.cloud.tamper('instances', machine, { metadata: { ...kept, ...(before ? { 'ssh-keys': before } : {}) } });
    const set = (to: 'open' | 'shut') => setSshKeyState(c.deps, worker, to, { requestId: 'r', signal });
    for (const changed of [true, false]) {
      expect(await set('open')).toBe(changed);
      const lines = keysOf(c)?.split('\n') ?? [];
      expect(lines.slice(0, -1)).toEqual(before?.split('\n') ?? []);
      expect(lines.at(-1)).toMatch(/^kthw:ssh-ed25519 /);
    }
    for (const changed of [true, false]) {
      expect(await set('shut')).toBe(changed);
      expect(keysOf(c)).toBe(after);
    }
    const { metadata } = c.cloud.listInstances().find(({ name }) => name === machine)?.spec ?? {};
    expect(metadata).toMatchObject(kept);
    expect(Object.hasOwn(metadata ?? {}, 'ssh-keys')).toBe(after !== undefined);
  });

  test('is observed, also with Windows line ends', async () => {
    const c = await createSetting();
    const [worker] = c.cluster.workerInstances;
    if (!worker) throw new Error('there is no worker');
    const observe = () => getSshKeyState(c.deps, worker, signal);
    expect(await observe()).toBe('shut');
    await setSshKeyState(c.deps, worker, 'open', { requestId: 'r', signal });
    expect(await observe()).toBe('open');
    c.cloud.tamper('instances', machine, { metadata: { 'ssh-keys': `ada:ssh-ed25519 AAAA ada\r\n${keysOf(c)}\r\n` } });
    expect(await observe()).toBe('open');
    c.cloud.tamper('instances', machine, { labels: {} });
    expect(await observe()).toBeUndefined();
  });

  test.each([
    ['is denied', () => new KthwError('cloud-denied', { doing: 'x' })],
    ['fails unexpectedly', () => new Error('a bug')],
  ])('is not written again when that %s', async (_, error) => {
    const c = await createSetting();
    const [worker] = c.cluster.workerInstances;
    if (!worker) throw new Error('there is no worker');
    c.cloud.faults.plan({ call: /^setMetadata /, when: 'before', times: 100, error });
    const before = changes(c, machine);
    await expect(setSshKeyState(c.deps, worker, 'open', { requestId: 'r', signal })).rejects.toThrow(error().message);
    expect(changes(c, machine) - before).toBe(1);
  });

  test('survives concurrent writes of others', async () => {
    const c = await createSetting();
    const [worker] = c.cluster.workerInstances;
    if (!worker) throw new Error('there is no worker');
    const editManually = async () => {
      for (;;) {
        const at = { name: machine, zone: 'us-west1-c', region: 'us-west1' };
        const found = await c.cloud.instances.get(at, signal);
        const { metadata = {}, metadataFingerprint: fingerprint = '' } = found ?? {};
        const change = { metadata: { ...metadata, note: 'by hand' }, fingerprint };
        if (
          await c.cloud.setMetadata(at, change, { requestId: 'h', signal }).then(
            () => true,
            () => false,
          )
        )
          return;
      }
    };
    const set = () => setSshKeyState(c.deps, worker, 'open', { requestId: crypto.randomUUID(), signal });
    const changed = await Promise.all([set(), editManually(), set(), set()]);
    expect(changed.filter((one) => one === true)).toHaveLength(1);
    const { metadata } = c.cloud.listInstances().find(({ name }) => name === machine)?.spec ?? {};
    expect(metadata).toMatchObject({ note: 'by hand', 'pod-cidr': '10.200.0.0/24' });
    expect(keysOf(c)?.split('\n')).toHaveLength(1);
  });

  test('is not written forever when every write conflicts', async () => {
    const c = await createSetting();
    const [worker] = c.cluster.workerInstances;
    if (!worker) throw new Error('there is no worker');
    const error = () => new KthwError('not-ready', { doing: 'changing the metadata' });
    c.cloud.faults.plan({ call: /^setMetadata /, when: 'before', times: 100, error });
    const before = changes(c, machine);
    const setting = setSshKeyState(c.deps, worker, 'open', { requestId: 'r', signal });
    await expect(setting).rejects.toMatchObject({ code: 'not-ready', kind: 'transient' });
    expect(changes(c, machine) - before).toBe(5);
  });
});

function hostOn(c: Setting, client: ReturnType<Setting['createClient']>, name?: string): SshHost {
  return c.hostOn(client, name);
}
