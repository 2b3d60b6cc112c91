import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { minuteMs } from '../../local/driver/cluster-driver.ts';
import { type LocalEnvironment, openLocalEnvironment } from '../../local/driver/local-environment.ts';
import type { ApiMessage } from '../../local/slack/slack-emulator-client.ts';
import { vaultPaths } from '../../src/engine/cluster/vault-paths.ts';
import { getCertificate } from '../../src/engine/pki/pack-certificate.ts';
import { buildEtcdctlCommand } from '../../src/engine/steps/etcdctl-command.ts';
import { EngineInspector } from './engine-inspector.ts';
import { findSkipReason } from './find-skip-reason.ts';

/** At least one step of every kind, in the order of a create. */
const duringCreate = [
  'network/vpc:before-call',
  'network/vpc:after-call',
  'keys/ca:after-call',
  'firewall/kill-allow-external:before-call',
  'controllers/kill-controller-0:before-call',
  'controllers/kill-controller-0:after-call',
  'workers/kill-worker-0:after-call',
  'workers/kill-worker-0:after-write',
  'ssh-host-keys/kill-controller-0:after-write',
  'certificates/kubernetes:after-call',
  'kubeconfigs/kill-worker-0:before-call',
  'encryption/kill-controller-0:after-call',
  'load-balancer/pool:after-call',
  'load-balancer/rule:after-call',
  'downloads/kill-controller-0:before-call',
  'downloads/kill-worker-0:after-call',
  'etcd/kill-controller-0:before-call',
  'etcd/kill-controller-0:after-call',
  'control-plane/kill-controller-0:after-call',
  'rbac/ClusterRole/system:kube-apiserver-to-kubelet:after-call',
  'containerd/kill-worker-0:after-call',
  'kubelet/kill-worker-0:before-call',
  'kubelet/kill-worker-0:after-call',
  'readiness/nodes:after-write',
  'dns/Deployment/coredns:after-call',
  'smoke/deployment:after-call',
  'smoke/cleanup:after-call',
  'smoke/cleanup:after-write',
  'disable-ssh/firewall-rule:after-call',
  'disable-ssh/kill-worker-0:before-call',
];
const duringDelete = [
  'load-balancer/rule:after-call',
  'workers/kill-worker-0:before-call',
  'controllers/kill-controller-0:after-call',
  'firewall/kill-allow-internal:after-call',
  'network/subnet:before-call',
  'network/vpc:after-call',
  'network/vpc:after-write',
];

/** All resources of a 1 + 1 cluster, each once. */
const resources = [
  'addresses/kill',
  'disks/kill-controller-0',
  'disks/kill-worker-0',
  'firewalls/kill-allow-external',
  'firewalls/kill-allow-health-check',
  'firewalls/kill-allow-internal',
  'firewalls/kill-allow-ssh',
  'forwardingRules/kill',
  'httpHealthChecks/kill',
  'instances/kill-controller-0',
  'instances/kill-worker-0',
  'networks/kill',
  'routes/kill-worker-0-pods',
  'subnetworks/kill-subnet',
  'targetPools/kill',
];

describe.skipIf(findSkipReason())('a bot that is killed repeatedly', () => {
  let environment: LocalEnvironment;
  let engine: EngineInspector;
  let folder: string;
  let killFile: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kthw-kill-'));
    killFile = join(folder, 'kill-at');
    await writeFile(killFile, '');
    const botScript = 'test/chaos/killable-bot.ts';
    environment = await openLocalEnvironment({ botScript, botEnv: { KILL_AT_FILE: killFile }, expectsKills: true });
    engine = new EngineInspector(environment);
  });
  afterAll(async () => {
    await engine?.close();
    await environment?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('creates a cluster with each resource and message once', async ({ signal }) => {
    const { compute, workspace } = environment;
    const cluster = environment.getCluster('kill');
    const expectKills = await scheduleKills(duringCreate);
    const run = await cluster.start('/kthw create kill --controllers 1 --workers 1');
    const firstFingerprint = await workspace.waitFor(readFingerprint, {
      deadlineMs: minuteMs,
      description: 'a certificate authority',
    });
    const summary = await cluster.waitForSuccess('create', run, /: ready/);
    const thread = await cluster.conversation.waitForReplies(summary);

    await expectKills();
    expect(await compute.listClusterResources('kill')).toEqual(resources);
    expect(await readFingerprint()).toBe(firstFingerprint);
    expect(await compute.listSshOpenings('kill')).toEqual([]);
    const etcd = await engine.connectToInstance('kill', 'kill-controller-0');
    const members = await etcd.run(buildEtcdctlCommand('member list'), { deadlineMs: minuteMs, signal });
    expect(members.stdout.trim().split('\n')).toEqual([expect.stringMatching(/, started, kill-controller-0, /)]);
    expect(listMetadata(await workspace.listMessages('clusters', 'ada'))).toHaveLength(1);
    expect(findDuplicates(listMetadata(thread))).toEqual([]);
    expect(findDuplicates(thread.map(({ text }) => text))).toEqual([]);
  });

  test('deletes the cluster completely', async () => {
    const cluster = environment.getCluster('kill');
    const expectKills = await scheduleKills(duringDelete);
    const thread = await cluster.conversation.waitForReplies(await cluster.delete());
    await expectKills();
    expect(await environment.compute.listClusterResources('kill')).toEqual([]);
    expect(findDuplicates(listMetadata(thread))).toEqual([]);
  });

  /** Kills the bot once at each point (`step-key:point`), in any order. @returns asserts that most points were reached */
  async function scheduleKills(points: readonly string[]): Promise<() => Promise<void>> {
    await writeFile(killFile, points.join('\n'));
    const countRestarts = () => environment.supervisor?.restartCount ?? 0;
    const restartsBefore = countRestarts();
    return async () => {
      const missedPoints = (await readFile(killFile, 'utf8')).split('\n').filter(Boolean);
      const kills = countRestarts() - restartsBefore;
      console.log(`killed ${kills} times; points not reached: ${missedPoints.join(', ') || 'none'}`);
      expect(kills).toBe(points.length - missedPoints.length);
      // A kill at one point can prevent a concurrent one, so not every point is reached.
      expect(kills).toBeGreaterThanOrEqual(Math.ceil(points.length * 0.6));
    };
  }

  async function readFingerprint(): Promise<string | undefined> {
    const vault = engine.getVault('kill');
    if (!(await vault.get(vaultPaths.ca))) return undefined;
    return new X509Certificate((await getCertificate(vault, vaultPaths.ca)).certificate).fingerprint256;
  }
});

function listMetadata(messages: readonly ApiMessage[]): string[] {
  return messages.flatMap(({ metadata }) => (metadata ? [JSON.stringify(metadata.event_payload)] : []));
}

function findDuplicates(values: readonly string[]): string[] {
  return values.filter((value, at) => values.indexOf(value) !== at);
}
