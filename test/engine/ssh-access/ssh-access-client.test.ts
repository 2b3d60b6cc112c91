import { afterEach, describe, expect, test } from 'vitest';
import { deriveCluster } from '../../../src/engine/cluster/cluster.ts';
import type { SshHost } from '../../../src/engine/ssh/ssh-client.ts';
import { setSshKeyState } from '../../../src/engine/ssh-access/ssh-access.ts';
import { disableSshAccess, withSshAccess } from '../../../src/engine/ssh-access/ssh-access-remote.ts';
import { KthwError } from '../../../src/engine/workflow/errors.ts';
import { RunEnvironment } from '../../fakes/run-environment.ts';

const { signal } = new AbortController();
const worlds: RunEnvironment[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

/** A cluster that is ready, whose door is shut by now, and what leads through it. */
async function aCluster() {
  const world = new RunEnvironment();
  worlds.push(world);
  await world.createCluster(world.createProcess());
  await world.clock.sleep(10_000, signal);
  const record = (await world.store.read('cluster', 'demo'))?.value;
  if (!record) throw new Error('there is no cluster');
  const { compute, clock, store, ssh } = world;
  const cluster = deriveCluster(record.spec);
  const deps = { compute, cluster, vault: world.vaults.createProvider(store).getVault('demo') };
  const through = () => withSshAccess(ssh.createClient(), { ...deps, clock });
  function hostOn(door: ReturnType<typeof through>, name = 'demo-worker-0'): SshHost {
    const address = String(record?.outputs[`external-address/${name}`]);
    const hostKeys = record?.outputs[`host-keys/${name}`] as string[];
    return door.getHost({ name, address, hostKeys, user: 'kthw', identity: '' as never });
  }
  return { world, cloud: compute, cluster, deps, through, hostOn };
}

type Setting = Awaited<ReturnType<typeof aCluster>>;

const run = (host: SshHost) => host.run('true', { deadlineMs: 1_000, signal });
const openings = ({ cloud }: Setting) => cloud.faults.countCalls(/^setFirewallDisabled /);
const changes = ({ cloud }: Setting, machine: string) => cloud.faults.countCalls(new RegExp(`^setMetadata .*${machine}$`));
const looks = ({ cloud }: Setting) => cloud.faults.countCalls(/^get firewalls demo-allow-ssh$/);
const keysOf = ({ cloud }: Setting, name = 'demo-worker-0') =>
  cloud.listInstances().find((machine) => machine.name === name)?.spec.metadata['ssh-keys'];
const isOff = async ({ cloud }: Setting) => (await cloud.firewalls.get({ name: 'demo-allow-ssh' }, signal))?.disabled;

describe('a visit through a door', () => {
  test('that is shut opens it, once for all who come and once for each machine', async () => {
    const c = await aCluster();
    expect([await isOff(c), keysOf(c)]).toEqual([true, undefined]);
    const before = { openings: openings(c), worker: changes(c, 'demo-worker-0'), looks: looks(c) };
    const door = c.through();
    const hosts = [hostOn(c, door, 'demo-worker-0'), hostOn(c, door, 'demo-controller-0')];
    for (const _ of [1, 2]) await Promise.all(hosts.flatMap((host) => [run(host), run(host)]));
    expect([await isOff(c), keysOf(c)]).toEqual([false, expect.stringMatching(/^kthw:ssh-ed25519 /)]);
    expect(openings(c) - before.openings).toBe(1);
    expect(changes(c, 'demo-worker-0') - before.worker).toBe(1);
    await door.close();
  });

  test('that is open looks once for each machine, changes nothing, and is not kept waiting by its look', async () => {
    const c = await aCluster();
    await run(hostOn(c, c.through()));
    const before = { openings: openings(c), looks: looks(c) };
    const away = () => new KthwError('cloud-unavailable', { doing: 'looking' });
    c.cloud.faults.plan({ call: /^get instances demo-worker-0$/, when: 'before', error: away });
    const door = c.through();
    const host = hostOn(c, door);
    for (const _ of [1, 2, 3]) {
      await run(host);
      await c.world.clock.sleep(1_000, signal);
    }
    expect(openings(c)).toBe(before.openings);
    // The one that failed was looked for again by the second visit.
    expect(looks(c) - before.looks).toBe(2);
  });

  test('goes on where somebody has shut it meanwhile', async () => {
    const c = await aCluster();
    const host = hostOn(c, c.through());
    await run(host);
    await disableSshAccess(c.deps, signal);
    await c.world.clock.sleep(30_000, signal);
    const before = openings(c);
    await run(host);
    expect(openings(c) - before).toBe(1);
  });

  test('to a machine that does not answer though all is open says so, and the next one looks again', async () => {
    const c = await aCluster();
    const host = hostOn(c, c.through());
    await run(host);
    await c.world.clock.sleep(60_000, signal);
    c.world.ssh.unreachable.add('demo-worker-0');
    for (const _ of [1, 2]) {
      const before = looks(c);
      await expect(run(host)).rejects.toMatchObject({ code: 'ssh-unreachable' });
      expect(looks(c) - before).toBe(1);
    }
    c.world.ssh.unreachable.clear();
    await run(host);
  });

  test('that may not be opened fails for just that reason', async () => {
    const c = await aCluster();
    const error = () => new KthwError('cloud-denied', { doing: 'turning firewall rule demo-allow-ssh on' });
    c.cloud.faults.plan({ call: /^setFirewallDisabled /, when: 'before', error });
    await expect(run(hostOn(c, c.through()))).rejects.toMatchObject({ code: 'cloud-denied', kind: 'denied' });
  });

  test('leaves alone what bears the name and not the mark: a rule, a machine', async () => {
    const c = await aCluster();
    const before = openings(c);
    c.cloud.tamper('firewalls', 'demo-allow-ssh', { description: 'of somebody else' });
    c.cloud.tamper('instances', 'demo-worker-0', { labels: { 'kthw-cluster': 'another' } });
    await expect(run(hostOn(c, c.through()))).rejects.toMatchObject({ code: 'ssh-unreachable' });
    expect([openings(c) - before, await isOff(c), keysOf(c)]).toEqual([0, true, undefined]);
  });

  test('is given up when its caller gives up', async () => {
    const c = await aCluster();
    const stop = new AbortController();
    const visiting = hostOn(c, c.through()).run('true', { deadlineMs: 1_000, signal: stop.signal });
    stop.abort();
    await expect(visiting).rejects.toThrow('aborted');
  });
});

describe('the key in a machine’s metadata', () => {
  const machine = 'demo-worker-0';
  const others = 'ada:ssh-ed25519 AAAA ada\nkthw:ssh-ed25519 BBBB of another cluster';

  test.each([
    ['none but other people’s', others, others],
    ['none at all', undefined, undefined],
  ])('comes and goes where there are %s', async (_, before, after) => {
    const c = await aCluster();
    const [worker] = c.cluster.workerInstances;
    if (!worker) throw new Error('there is no worker');
    const kept = { 'pod-cidr': '10.200.0.0/24', 'enable-guest-attributes': 'TRUE' };
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

  test('of two who write at the same time, neither undoes what the other did', async () => {
    const c = await aCluster();
    const [worker] = c.cluster.workerInstances;
    if (!worker) throw new Error('there is no worker');
    const byHand = async () => {
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
    const changed = await Promise.all([set(), byHand(), set(), set()]);
    expect(changed.filter((one) => one === true)).toHaveLength(1);
    const { metadata } = c.cloud.listInstances().find(({ name }) => name === machine)?.spec ?? {};
    expect(metadata).toMatchObject({ note: 'by hand', 'pod-cidr': '10.200.0.0/24' });
    expect(keysOf(c)?.split('\n')).toHaveLength(1);
  });

  test('is not written again and again while somebody always is first', async () => {
    const c = await aCluster();
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

function hostOn(c: Setting, door: ReturnType<Setting['through']>, name?: string): SshHost {
  return c.hostOn(door, name);
}
