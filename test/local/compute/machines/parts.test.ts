import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { computeEmulatorId } from '../../../../local/compute/machines/host/emulator-id.ts';
import { withFileLock } from '../../../../local/compute/machines/host/file-lock.ts';
import {
  createHostResourceNames,
  parseEmulatorId,
} from '../../../../local/compute/machines/host/host-resource-names.ts';
import { findMissingRequirements } from '../../../../local/compute/machines/host/requirements.ts';
import { coalesceCalls } from '../../../../local/compute/machines/network/coalesce-calls.ts';
import { HealthCounter, HealthProbe } from '../../../../local/compute/machines/network/health-probe.ts';
import { renderHostsFile, writeInPlace } from '../../../../local/compute/machines/network/hosts-file.ts';
import { PortForwarder } from '../../../../local/compute/machines/network/port-forwarder.ts';
import { computeGateway } from '../../../../local/compute/machines/network/subnets.ts';
import { TransitAddressPool } from '../../../../local/compute/machines/network/transit-address-pool.ts';
import { addresses } from './test-environment.ts';
import { until } from './wait-until.ts';

const check = {
  host: undefined,
  port: 80,
  path: '/healthz',
  intervalMs: 20,
  timeoutMs: 1_000,
  healthyThreshold: 2,
  unhealthyThreshold: 3,
};

describe('names', () => {
  test('differ between emulators and fit kernel limits', () => {
    const names = createHostResourceNames(computeEmulatorId('/a'));
    expect(computeEmulatorId('/a')).toBe(computeEmulatorId('/a/'));
    expect(computeEmulatorId('/a')).not.toBe(computeEmulatorId('/b'));
    expect(names.getUplink('a-network-with-a-long-name').length).toBeLessThanOrEqual(15);
    expect(names.getMachineInterface('a-machine-with-a-long-name').length).toBeLessThanOrEqual(15);
    expect(parseEmulatorId(names.getMachineNamespace('x-vm-y'))).toBe(computeEmulatorId('/a'));
    expect(parseEmulatorId('kthw-other')).toBeUndefined();
  });

  test('of machines are in the hosts file, which is updated in place', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kthw-hosts-'));
    const file = join(folder, 'hosts');
    const entry = { name: 'one', address: '10.0.0.2', zone: 'z', projectId: 'p' };
    await writeInPlace(file, renderHostsFile([entry, { ...entry, name: 'two' }]));
    await writeInPlace(file, renderHostsFile([entry]));
    expect(await readFile(file, 'utf8')).toBe(renderHostsFile([entry]));
    expect(renderHostsFile([entry])).toContain('10.0.0.2 one.z.c.p.internal one.c.p.internal one\n');
    await rm(folder, { recursive: true });
  });
});

test.each([
  ['10.240.0.0/24', '10.240.0.1'],
  ['10.1.2.128/25', '10.1.2.129'],
  ['192.168.7.9/16', '192.168.0.1'],
])('the gateway of %s is %s', (range, gateway) => {
  expect(computeGateway(range)).toBe(gateway);
});

test('transit addresses are stable per key, unique, and avoid ranges in use', () => {
  const block = new TransitAddressPool('seed', () => false);
  const other = new TransitAddressPool('seed', (first) => `${first}/22` === block.range);
  expect(block.allocate('a')).toBe(block.allocate('a'));
  expect(new Set([block.allocate('a'), block.allocate('b'), block.hostAddress, block.networkAddress]).size).toBe(4);
  expect(block.findKey(block.allocate('b'))).toBe('b');
  expect(other.range).not.toBe(block.range);
  expect(() => new TransitAddressPool('seed', () => true)).toThrow('no free addresses');
});

test.each([
  ['macOS', { platform: 'darwin', uid: 0, hasProgram: () => true }, ['machines require Linux; this is "darwin"']],
  ['no root', { platform: 'linux', uid: 1000, hasProgram: () => true }, ['machines require root: run this as root']],
  [
    'no nft',
    { platform: 'linux', uid: 0, hasProgram: (name: string) => name !== 'nft' },
    ['"nft" is missing: install the Debian package "nftables"'],
  ],
  ['all there', { platform: 'linux', uid: 0, hasProgram: () => true }, []],
])('reports missing host requirements: %s', (_, host, missing) => {
  expect(findMissingRequirements(host)).toEqual(missing);
});

describe('health', () => {
  test('changes after a threshold of consecutive results', () => {
    const count = new HealthCounter(check);
    const seen = [true, false, true, true, false, false, true, false, false, false].map((passed) => {
      count.recordResult(passed);
      return count.healthy;
    });
    expect(seen).toEqual([false, false, false, true, true, true, true, true, true, false]);
  });

  test('is probed with the Host header of the spec', async () => {
    const requests: string[] = [];
    let status = 200;
    const server = createServer((request, response) => {
      requests.push(`${request.headers.host}${request.url}`);
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    await until('it listens', () => server.listening);
    const { port } = server.address() as AddressInfo;
    const probe = new HealthProbe({ ...check, port }, '127.0.0.1', '127.9.9.9', () => undefined);
    await until('it is well', () => probe.healthy);
    status = 404;
    await until('it is unwell', () => !probe.healthy);
    probe.stop();
    server.close();
    expect(new Set(requests)).toEqual(new Set(['127.9.9.9/healthz']));
  });
});

describe('forwarders', () => {
  const address = addresses()(90);

  test('forward both ways, follow target changes, and stop listening', async () => {
    const server = createServer((_, response) => response.end('here')).listen(0, address);
    await until('it listens', () => server.listening);
    const { port } = server.address() as AddressInfo;
    const outside = address.replace(/90$/, '91');
    const logLines: string[] = [];
    const forwarders = new PortForwarder((line) => logLines.push(line));
    let target: string | undefined = address;
    await forwarders.reconcile([{ address: outside, port, getTarget: () => target }]);
    const get = async () => (await fetch(`http://${outside}:${port}/`, { headers: { connection: 'close' } })).text();
    expect(await get()).toBe('here');
    target = undefined;
    await expect(get()).rejects.toThrow();
    await forwarders.reconcile([{ address, port, getTarget: () => target }]);
    expect(logLines.join()).toContain(`cannot listen on ${address}:${port}`);
    await expect(
      new Promise((resolve, reject) => connect(port, outside, () => resolve(0)).on('error', reject)),
    ).rejects.toThrow('ECONNREFUSED');
    await forwarders.close();
    server.close();
  });
});

test('calls during a run share one more run', async () => {
  let runs = 0;
  const gates: (() => void)[] = [];
  const act = coalesceCalls(async () => {
    runs += 1;
    await new Promise<void>((resolve) => gates.push(resolve));
  });
  const requests = [act(), act(), act()];
  gates[0]?.();
  await requests[0];
  await until('the second run began', () => gates.length === 2);
  gates[1]?.();
  await Promise.all(requests);
  expect(runs).toBe(2);
});

test.skipIf(process.platform !== 'linux')('a file lock has one holder at a time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kthw-lock-'));
  const file = join(folder, 'lock');
  let inside = 0;
  const most: number[] = [];
  const enter = () =>
    withFileLock(file, 5_000, async () => {
      most.push(++inside);
      await new Promise(setImmediate);
      inside -= 1;
    });
  await Promise.all([enter(), enter(), enter()]);
  expect(most).toEqual([1, 1, 1]);
  await expect(withFileLock(file, 5_000, () => withFileLock(file, 100, async () => 0))).rejects.toThrow(
    'another process holds it',
  );
  await expect(withFileLock(join(folder, 'none', 'lock'), 100, async () => 0)).rejects.toThrow('No such file');
  await rm(folder, { recursive: true });
});
