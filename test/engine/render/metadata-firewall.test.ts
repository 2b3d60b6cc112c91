import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getDefaultCacheDir } from '../../../local/compute/machines/guest/ensure-rootfs.ts';
import { rootfsRecipeHash } from '../../../local/compute/machines/guest/rootfs-recipe.ts';
import { hostFactsScript } from '../../../src/engine/diagnostics/cis/host-facts-script.ts';
import { parseHostFacts } from '../../../src/engine/diagnostics/cis/parse-host-facts.ts';
import {
  metadataFirewall,
  renderMetadataFirewallRules,
  renderMetadataFirewallUnit,
} from '../../../src/engine/render/metadata-firewall.ts';
import { paths } from '../../../src/engine/render/paths.ts';

const rootfs = join(getDefaultCacheDir(), `base-${rootfsRecipeHash}`);
/** Prefix of commands that need iptables: this machine's, or that of the emulator's root file system. */
const prefix = existsSync('/usr/sbin/iptables') ? [] : ['chroot', rootfs];
const isSupported = process.getuid?.() === 0 && existsSync(join(prefix[1] ?? '/', 'usr/sbin/xtables-nft-multi'));
if (!isSupported)
  console.warn('SKIPPED: root and iptables are required to test whether pods reach the metadata server.');

const server = '169.254.169.254';
const program = `
for (const port of [53, 80, 8080]) require('node:http').createServer((_, r) => r.end('ok')).listen(port, '${server}');
for (const port of [53, 123]) {
  const socket = require('node:dgram').createSocket('udp4');
  socket.on('message', (text, from) => socket.send(text, from.port, from.address)).bind(port, '${server}');
}
setTimeout(() => console.log('ready'), 200);`;

/** Network namespaces of a pod, its node and the metadata server, connected in this order. */
const [pod, node, cloud] = ['pod', 'node', 'cloud'].map((name) => `fw-${process.pid}-${name}`) as [
  string,
  string,
  string,
];
let serverProcess: ChildProcess | undefined;

async function runIn(namespace: string, ...command: string[]) {
  return await execa('ip', ['netns', 'exec', namespace, ...command], { reject: false });
}

async function runOnNode(script: string, input = '') {
  return await execa('ip', ['netns', 'exec', node, ...prefix, 'bash', '--norc', '-euo', 'pipefail', '-c', script], {
    ...{ reject: false, input, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } },
  });
}

/** Runs a command of the unit, with the rules file as standard input. */
async function runUnit(setting: 'ExecStart' | 'ExecStop') {
  const [, command = 'false'] = new RegExp(`^${setting}=-?(.*)$`, 'm').exec(renderMetadataFirewallUnit()) ?? [];
  return await runOnNode(command.replace(paths.metadataFirewallRules, ''), renderMetadataFirewallRules());
}

async function isActiveForDoctor(): Promise<boolean> {
  return parseHostFacts((await runOnNode(hostFactsScript)).stdout).hasMetadataFirewall;
}

/** Destinations at the metadata server that respond. */
async function listReachable(namespace: string): Promise<string[]> {
  const probes = {
    'tcp 80': `curl -sf -m 1 http://${server}/`,
    'tcp 8080': `curl -sf -m 1 http://${server}:8080/`,
    'tcp 53': `curl -sf -m 1 http://${server}:53/`,
    'udp 53': `exec 3<>/dev/udp/${server}/53; echo x >&3; timeout 1 head -n 1 <&3 | grep -q x`,
    'udp 123': `exec 3<>/dev/udp/${server}/123; echo x >&3; timeout 1 head -n 1 <&3 | grep -q x`,
  };
  const results = await Promise.all(
    Object.entries(probes).map(async ([name, script]) =>
      (await runIn(namespace, 'bash', '-c', script)).exitCode === 0 ? [name] : [],
    ),
  );
  return results.flat();
}

describe.skipIf(!isSupported)('the metadata firewall of a worker', () => {
  let everything: string[];

  beforeAll(async () => {
    for (const name of [pod, node, cloud]) await execa('ip', ['netns', 'add', name]);
    const link = (from: string, device: string, to: string, peer: string) =>
      execa('ip', ['-n', from, 'link', 'add', device, 'type', 'veth', 'peer', 'name', peer, 'netns', to]);
    await link(pod, 'eth0', node, 'cnio0');
    await link(node, 'ens4', cloud, 'eth0');
    for (const line of [
      `${pod} addr add 10.200.0.2/24 dev eth0`,
      `${node} addr add 10.200.0.1/24 dev cnio0`,
      `${node} addr add 10.240.0.20/24 dev ens4`,
      `${cloud} addr add 10.240.0.1/24 dev eth0`,
      `${cloud} addr add ${server}/32 dev lo`,
      ...[pod, node, cloud].map((name) => `${name} link set lo up`),
      ...[
        `${pod} link set eth0 up`,
        `${node} link set cnio0 up`,
        `${node} link set ens4 up`,
        `${cloud} link set eth0 up`,
      ],
      `${pod} route add default via 10.200.0.1`,
      `${node} route add default via 10.240.0.1`,
      `${cloud} route add 10.200.0.0/24 via 10.240.0.20`,
    ])
      await execa('ip', ['-n', ...line.split(' ')]);
    await runIn(node, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
    const child = spawn('ip', ['netns', 'exec', cloud, process.execPath, '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    serverProcess = child;
    await new Promise((resolve) => child.stdout.once('data', resolve));
    everything = await listReachable(node);
  });

  afterAll(async () => {
    serverProcess?.kill('SIGKILL');
    for (const name of [pod, node, cloud]) await execa('ip', ['netns', 'delete', name], { reject: false });
  });

  test('is needed: without it a pod reaches everything that the node reaches', async () => {
    expect(everything).toEqual(expect.arrayContaining(['tcp 80', 'tcp 8080', 'tcp 53', 'udp 53', 'udp 123']));
    expect(await listReachable(pod)).toEqual(everything);
    expect((await runOnNode(metadataFirewall.checkScript)).exitCode).not.toBe(0);
  });

  test('leaves pods only DNS, whatever the filter table accepts, and does not affect the node', async () => {
    await runOnNode('iptables -w -I FORWARD -j ACCEPT');
    expect(await runUnit('ExecStart')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await listReachable(pod)).toEqual(['tcp 53', 'udp 53']);
    expect(await listReachable(node)).toEqual(everything);
    expect(await runOnNode(metadataFirewall.checkScript)).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await isActiveForDoctor()).toBe(true);
  });

  test('can be started again, and stopped', async () => {
    await runUnit('ExecStop');
    expect(await listReachable(pod)).toEqual(everything);
    for (const _ of [1, 2]) expect(await runUnit('ExecStart')).toMatchObject({ exitCode: 0 });
    expect(await listReachable(pod)).toEqual(['tcp 53', 'udp 53']);
    expect((await runOnNode(metadataFirewall.checkScript)).exitCode).toBe(0);
  });

  test.each([
    ['a removed jump', 'iptables -w -t mangle -F FORWARD'],
    ['a removed rule', 'iptables -w -t mangle -D KTHW-METADATA -j DROP'],
    ['an added rule', 'iptables -w -t mangle -I KTHW-METADATA -j RETURN'],
    ['no rules at all', 'iptables -w -t mangle -F FORWARD && iptables -w -t mangle -F && iptables -w -t mangle -X'],
  ])('fails its check with %s, until it is started again', async (_, script) => {
    expect(await runOnNode(script)).toMatchObject({ exitCode: 0 });
    expect((await runOnNode(metadataFirewall.checkScript)).exitCode).not.toBe(0);
    expect(await isActiveForDoctor()).toBe(false);
    expect((await runUnit('ExecStart')).exitCode).toBe(0);
    expect((await runOnNode(metadataFirewall.checkScript)).exitCode).toBe(0);
    expect(await listReachable(pod)).toEqual(['tcp 53', 'udp 53']);
  });
});
