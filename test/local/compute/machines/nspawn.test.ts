import { readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NetworkSpec } from '../../../../local/compute/machine-backend.ts';
import { computeEmulatorId } from '../../../../local/compute/machines/host/emulator-id.ts';
import { createHostResourceNames } from '../../../../local/compute/machines/host/host-resource-names.ts';
import {
  createNspawnMachineBackend,
  type NspawnMachineBackend,
} from '../../../../local/compute/machines/nspawn/nspawn-machine-backend.ts';
import type { Instance } from '../../../../src/engine/cluster/cluster.ts';
import { describeConsole } from '../../../../src/engine/steps/describe-console.ts';
import type { StepContext } from '../../../../src/engine/steps/step-context.ts';
import { buildCluster } from '../../../fixtures/cluster.ts';
import { listOrphanedResources, stateFolder, whyNot } from './host.ts';
import { Shell } from './shell.ts';
import { addresses, firewallRule, machinePlan } from './test-environment.ts';
import { until } from './wait-until.ts';

const missing = await whyNot();
if (missing.length > 0) console.warn(`SKIPPED: systemd-nspawn machines: ${missing.join('; ')}`);

const everywhere = ['0.0.0.0/0'];
const external = addresses();
const [oneOutside, twoOutside, balancer, service] = [external(10), external(20), external(30), external(40)];

/** Starts an HTTP server in a machine that responds with NAME. */
const web = (name: string, port: number) =>
  String.raw`cat > /tmp/web-${port} <<'END'
while read -r line && [ "$line" != $'\r' ]; do :; done
printf 'HTTP/1.0 200 OK\r\n\r\n${name}\n'
END
sudo systemd-run -q --collect --unit=web-${port} socat TCP-LISTEN:${port},fork,reuseaddr 'EXEC:bash /tmp/web-${port}'
`;
const ask = (address: string, port: number) => `curl -s --max-time 3 http://${address}:${port}/ || echo failed`;

/** Response of a service to external clients. */
async function outside(address: string, port: number): Promise<string> {
  try {
    return (await (await fetch(`http://${address}:${port}/`)).text()).trim();
  } catch {
    return 'failed';
  }
}

describe.skipIf(missing.length > 0)('systemd-nspawn machines', () => {
  let machines: NspawnMachineBackend;
  let stateDir: string;
  let one: Shell;
  let two: Shell;
  let internet: Server;
  const plan: NetworkSpec = {
    name: 'demo',
    subnets: [{ name: 'nodes', range: '10.240.0.0/24' }],
    routes: [{ destination: '10.200.2.0/24', nextHop: '10.240.0.20', priority: 1000 }],
    firewall: [
      firewallRule('from-outside', {
        sourceRanges: everywhere,
        protocols: [{ protocol: 'tcp', ports: ['22', '7443'] }],
      }),
      firewallRule('health', { sourceRanges: ['209.85.152.0/22'], protocols: [{ protocol: 'tcp', ports: ['8080'] }] }),
      firewallRule('pods', {
        sourceRanges: ['10.200.0.0/16', '10.240.0.0/24'],
        protocols: [{ protocol: 'icmp', ports: [] }],
      }),
    ],
    externalAddresses: [
      { kind: 'machine', address: oneOutside, target: 'one' },
      { kind: 'machine', address: twoOutside, target: 'two' },
    ],
  };

  beforeAll(async () => {
    stateDir = await stateFolder();
    internet = createServer((request, response) => response.end(`hello ${request.url}`)).listen(0, service);
    await new Promise((resolve) => internet.once('listening', resolve));
    const { port } = internet.address() as AddressInfo;
    machines = await createNspawnMachineBackend({ stateDir, internet: [{ address: service, port }], log: console.log });
    await machines.applyNetwork(plan);
    await Promise.all([
      machines.create(machinePlan('one', '10.240.0.10', { limits: { cpus: 0.5, memoryBytes: 600 * 1024 ** 2 } })),
      machines.create(machinePlan('two', '10.240.0.20', { canIpForward: true, tags: ['worker'] })),
    ]);
    [one, two] = await Promise.all([Shell.open(oneOutside), Shell.open(twoOutside)]);
  }, 600_000);

  afterAll(async () => {
    one?.close();
    two?.close();
    await machines?.close();
    internet?.close();
    if (stateDir !== undefined) await rm(stateDir, { recursive: true });
  }, 60_000);

  test('accept SSH keys from metadata, with sudo, and publish their host key', async () => {
    expect(await one.run('id -un; sudo id -un; hostname')).toBe('somebody\nroot\none');
    expect([...machines.getGuestAttributes('one').values()]).toContain(one.hostKey);
    expect([...machines.getGuestAttributes('two').values()]).toContain(two.hostKey);
    expect(one.hostKey).not.toBe(two.hostKey);
    const log = await machines.readConsole('one');
    expect(log).toContain('Welcome to');
    const compute = { getSerialOutput: async (_: object, byteCount: number) => log.slice(-byteCount) };
    const c = { compute, cluster: buildCluster(), signal: new AbortController().signal } as unknown as StepContext;
    const described = await describeConsole(c, { name: 'one' } as Instance);
    expect(described).toMatch(/^serial console of one: \P{Cc}+$/u);
  });

  test('cannot change the host, except for the settings that the kubelet requires', async () => {
    const listWritable = 'for each in "$@"; do test -w /proc/sys/$each && echo $each; done; true';
    const ours = ['net/ipv4/ip_forward', 'net/ipv4/conf/all/route_localnet'];
    const kubelets = ['vm/overcommit_memory', 'vm/panic_on_oom', 'kernel/panic', 'kernel/panic_on_oops'];
    const keyrings = ['kernel/keys/root_maxkeys', 'kernel/keys/root_maxbytes'];
    const hosts = [
      'kernel/core_pattern',
      'kernel/modprobe',
      'kernel/sysrq',
      'kernel/randomize_va_space',
      'fs/file-max',
    ];
    const all = [...ours, ...kubelets, ...keyrings, ...hosts];
    const script = `sudo sh -c '${listWritable}' sh ${all.join(' ')}; test -w /proc/sysrq-trigger && echo sysrq`;
    expect((await one.run(`${script} || true`)).split('\n')).toEqual([...ours, ...kubelets, ...keyrings]);
    const capabilities = await one.run("sudo sed -n 's/^CapBnd:\\s*//p' /proc/1/status");
    // Bits 16 (SYS_MODULE), 17 (SYS_RAWIO), 21 (SYS_ADMIN) and 25 (SYS_TIME): capability.h
    const has = (bit: number) => (BigInt(`0x${capabilities}`) >> BigInt(bit)) & 1n;
    expect([16, 17, 21, 25].map(has)).toEqual([0n, 0n, 1n, 0n]);
  });

  test('create accounts on metadata changes, and lock out users whose key is removed', async () => {
    const { metadata } = machinePlan('one', '10.240.0.10');
    const withKeys = (value: string) => ({ ...metadata, project: { 'ssh-keys': value } });
    const key = metadata.project['ssh-keys'] ?? '';
    await machines.setMetadata('one', withKeys(`${key}\n${key.replace('somebody', 'newcomer')}`));
    (await Shell.open(oneOutside, 'newcomer')).close();
    await machines.setMetadata('one', withKeys(key));
    await until('the key is gone', async () => (await one.run('sudo cat /home/newcomer/.ssh/authorized_keys')) === '');
  });

  test('reject new SSH connections while the rule is disabled, and keep open ones', async () => {
    const [, ...others] = plan.firewall;
    const web = firewallRule('web', { sourceRanges: everywhere, protocols: [{ protocol: 'tcp', ports: ['7443'] }] });
    await machines.applyNetwork({ ...plan, firewall: [web, ...others] });
    const knock = async () =>
      await new Promise((resolve) => {
        const socket = connect(22, oneOutside, () => resolve('open'));
        socket.setTimeout(2_000, () => resolve(socket.destroy() && 'no answer'));
        socket.once('error', ({ message }) => resolve(message)).once('data', () => resolve(socket.destroy() && 'open'));
      });
    expect(await knock()).toContain('ECONNREFUSED');
    expect(await two.run(`timeout 1 bash -c '</dev/tcp/${oneOutside}/22' 2>&1; echo $?`)).toContain('124');
    expect(await one.run('echo in')).toBe('in');
    await machines.applyNetwork(plan);
    expect(await knock()).toBe('open');
  });

  test('serve metadata to valid requests', async () => {
    const root = 'http://169.254.169.254/computeMetadata/v1';
    const get = (path: string) => one.run(`curl -s -H 'Metadata-Flavor: Google' '${root}/${path}'`);
    expect(await get('instance/network-interfaces/0/ip')).toBe('10.240.0.10');
    expect(await get('instance/zone')).toBe('projects/project-1/zones/us-west1-c');
    expect(await get('project/attributes/?recursive=true')).toContain('"ssh-keys":"somebody:');
    expect(await one.run(`curl -s -o /dev/null -w '%{http_code}' ${root}/instance/id`)).toBe('403');
    expect(
      await two.run(
        "curl -s -H 'Metadata-Flavor: Google' http://metadata.google.internal/computeMetadata/v1/instance/name",
      ),
    ).toBe('two');
  });

  test('resolve machine names, and fail other lookups immediately', async () => {
    const names = ['two', 'two.c.project-1.internal', 'two.us-west1-c.c.project-1.internal'];
    expect(await one.run(names.map((name) => `getent hosts ${name} | cut -d' ' -f1`).join(';'))).toBe(
      names.map(() => '10.240.0.20').join('\n'),
    );
    expect(await one.run('timeout 2 getent hosts nobody.example; echo $?')).toBe('2');
  });

  test('have the CPU and memory of their type, also after a change while running', async () => {
    const setting = async (name: string) => {
      const { cgroup } = createHostResourceNames(computeEmulatorId(stateDir));
      const [v1, v2] = name.split(' or ');
      const read = async (path: string) => (await readFile(`/sys/fs/cgroup/${path}`, 'utf8')).trim().split(' ')[0];
      return await read(`${v1?.split('.')[0]}/${cgroup}/one/${v1}`).catch(() => read(`${cgroup}/one/${v2}`));
    };
    expect(await setting('cpu.cfs_quota_us or cpu.max')).toBe('50000');
    expect(await setting('memory.limit_in_bytes or memory.max')).toBe(String(600 * 1024 ** 2));
    await machines.resize('one', { cpus: 2, memoryBytes: 1024 ** 3 });
    expect(await setting('cpu.cfs_quota_us or cpu.max')).toBe('200000');
    expect(await setting('memory.limit_in_bytes or memory.max')).toBe(String(1024 ** 3));
  });

  test('reach each other as the firewall allows: ranges, tags, priorities, deny rules', async () => {
    await two.run(web('two', 9000));
    await until('two serves', async () => (await two.run(ask('localhost', 9000))) === 'two');
    const protocols = [{ protocol: 'tcp', ports: ['9000'] }];
    const open = firewallRule('open', { sourceRanges: ['10.240.0.0/24'], targetTags: ['worker'], protocols });
    const cases = [
      [[], 'failed'],
      [[open], 'two'],
      [[{ ...open, targetTags: ['other'] }], 'failed'],
      [[open, { ...open, action: 'deny' as const, targetTags: [] }], 'failed'],
      [
        [
          { ...open, priority: 900 },
          { ...open, action: 'deny' as const },
        ],
        'two',
      ],
      [[{ ...open, sourceRanges: [], sourceTags: ['worker'] }], 'failed'],
      [[{ ...open, sourceRanges: ['0.0.0.0/0'], protocols: [{ protocol: 'tcp', ports: ['8999-9001'] }] }], 'two'],
    ] as const;
    for (const [rules, expected] of cases) {
      await machines.applyNetwork({ ...plan, firewall: [...plan.firewall, ...rules] });
      const output = await one.run(`curl -s --max-time 0.5 http://10.240.0.20:9000/ || echo failed`);
      expect(output, JSON.stringify(rules)).toBe(expected);
    }
    await machines.applyNetwork(plan);
  });

  test('reach pods through the route to their machine, which alone may use pod addresses', async () => {
    await two.run('sudo ip addr add 10.200.2.7/32 dev lo');
    expect(await one.run('ping -c1 -W2 10.200.2.7 | grep -c ttl')).toBe('1');
    expect(await two.run('ping -c1 -W2 -I 10.200.2.7 10.240.0.10 | grep -c ttl')).toBe('1');
    await one.run('sudo ip addr add 10.200.1.7/32 dev lo');
    expect(await one.run('ping -c1 -W1 -I 10.200.1.7 10.240.0.20 | grep -c ttl')).toBe('0\nexit code 1');
  });

  test('are reachable at external addresses on open ports only', async () => {
    await two.run(`${web('two', 7443)}${web('secret', 7444)}`);
    await until('two answers outside', async () => (await outside(twoOutside, 7443)) === 'two');
    expect(await one.run(ask(twoOutside, 7443))).toBe('two');
    expect(await two.run(ask(twoOutside, 7443))).toBe('two');
    expect(await outside(twoOutside, 7444)).toBe('failed');
    expect(await one.run(`curl -s --max-time 0.5 http://${twoOutside}:7444/ || echo failed`)).toBe('failed');
  });

  test('reach the configured host services and no others', async () => {
    const { port } = internet.address() as AddressInfo;
    expect(await one.run(ask(service, port))).toBe('hello /');
    expect(await one.run(`curl -s --max-time 3 http://${service}:${port + 1}/; echo $?`)).toBe('7');
    expect(await one.run('curl -s --max-time 3 http://192.0.2.1/; echo $?')).toBe('7');
  });

  test('receive load balancer connections only while healthy', async () => {
    const healthCheck = {
      host: 'kubernetes',
      port: 8080,
      path: '/healthz',
      intervalMs: 100,
      timeoutMs: 500,
      healthyThreshold: 1,
      unhealthyThreshold: 2,
    };
    const targets = ['one', 'two'];
    await Promise.all([one.run(web('one', 7443)), one.run(web('ok', 8080)), two.run(web('ok', 8080))]);
    await machines.applyNetwork({
      ...plan,
      externalAddresses: [
        ...plan.externalAddresses,
        { kind: 'balancer', address: balancer, ports: [7443, 7443], targets, healthCheck },
      ],
    });
    const health = () => ['10.240.0.10', '10.240.0.20'].map((each) => machines.getHealth(balancer, each)).join(' ');
    const answers = async () => {
      const asks = Array.from({ length: 12 }, async () => await outside(balancer, 7443));
      const inside = await one.run(Array.from({ length: 12 }, () => ask(balancer, 7443)).join(';'));
      return [...new Set([...(await Promise.all(asks)), ...inside.split('\n')])].sort();
    };
    await until('both are healthy', () => health() === 'HEALTHY HEALTHY');
    expect(await answers()).toEqual(['one', 'two']);
    await two.run('sudo systemctl stop web-8080 web-7443');
    await until('one of them is healthy', () => health() === 'HEALTHY UNHEALTHY');
    expect(await answers()).toEqual(['one']);
    await one.run('sudo systemctl stop web-8080');
    await until('none is healthy', () => health() === 'UNHEALTHY UNHEALTHY');
    await two.run(web('two', 7443));
    await until('all get connections', async () => (await answers()).join() === 'one,two');
    await machines.applyNetwork(plan);
    expect(health()).toBe('UNHEALTHY UNHEALTHY');
  });

  test('keep disk and host key across stop and start', async () => {
    await two.run('echo kept | sudo tee /root/file /var/lib/etcd/file; sync');
    const { hostKey } = two;
    await machines.stop('two');
    expect(await one.run('ping -c1 -W1 10.240.0.20 | grep -c ttl')).toBe('0\nexit code 1');
    await machines.start('two');
    two = await Shell.open(twoOutside);
    expect(await two.run('sudo cat /root/file /var/lib/etcd/file')).toBe('kept\nkept');
    expect(two.hostKey).toBe(hostKey);
  });

  test('restart after a reboot and after a reset', async () => {
    const boot = 'cat /proc/1/stat | cut -d" " -f22';
    const starts = [await two.run(boot)];
    two.run('sudo systemctl reboot').catch(() => undefined);
    await until('it is another boot', async () => {
      two = await Shell.open(twoOutside);
      // During shutdown it may accept a connection and cut it before responding.
      const found = await two.run(boot).catch(() => '');
      return /^\d+$/.test(found) && found !== starts[0];
    });
    starts.push(await two.run(boot));
    await machines.reset('two');
    two = await Shell.open(twoOutside);
    expect(starts).not.toContain(await two.run(boot));
  });

  test('leave nothing on the host after removal', async () => {
    await machines.remove('two');
    expect(
      (await listOrphanedResources(stateDir)).filter((each) => each.endsWith('-two') || each.includes('/two/')),
    ).toEqual([]);
    await expect(
      new Promise((resolve, reject) => connect(22, twoOutside, () => resolve('open')).on('error', reject)),
    ).rejects.toThrow();
    expect(await one.run('getent hosts two')).toContain('exit code');
    await machines.close();
    expect(await listOrphanedResources(stateDir)).toEqual([]);
  });
});
