import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findUnsupportedReason } from '../../local/ensure-packages.ts';
import type { ApiMessage } from '../../local/slack/slack-emulator-client.ts';
import { vaultPaths } from '../../src/engine/cluster/vault-paths.ts';
import { getCertificate } from '../../src/engine/pki/pack-certificate.ts';
import { buildEtcdctlCommand } from '../../src/engine/steps/etcdctl-command.ts';
import { openRig, type Rig } from './survival/test-environment.ts';
import { keepAlive, type Watch } from './survival/watch.ts';

const minuteMs = 60_000;

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

/** A kill at one point may prevent a concurrent one, so not every point is reached. */
const mostOf = (points: readonly string[]) => Math.ceil(points.length * 0.6);

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

describe.skipIf(findUnsupportedReason())('a bot that is killed repeatedly', () => {
  let rig: Rig;
  let watch: Watch;
  beforeAll(async () => {
    rig = await openRig();
    watch = keepAlive(rig.stack, rig.botLog);
  });
  afterAll(async () => {
    await watch?.end();
    await rig?.close();
  });

  test('creates a cluster with each resource and message once', async ({ signal }) => {
    await rig.killAt(duringCreate);
    const before = watch.kills;
    const talk = rig.talk(AbortSignal.any([signal, watch.broken]));
    await talk.sendCommand('/kthw create kill --controllers 1 --workers 1');
    const firstAuthority = await rig.workspace.waitFor(fingerprint, {
      deadlineMs: minuteMs,
      description: 'an authority',
    });
    const summary = await talk.waitForOutcome('kill', /: ready/, 12 * minuteMs);
    const thread = await talk.waitForReplies(summary);

    await expectKills(duringCreate, before);
    expect(await rig.google.resourcesOf('kill')).toEqual(resources);
    expect(await fingerprint()).toBe(firstAuthority);
    expect(await rig.google.lettingIn('kill')).toEqual([]);
    const etcd = await rig.machine('kill', 'kill-controller-0');
    const members = await etcd.run(buildEtcdctlCommand('member list'), { deadlineMs: minuteMs, signal });
    expect(members.stdout.trim().split('\n')).toEqual([expect.stringMatching(/, started, kill-controller-0, /)]);
    expect(marksOf(await rig.workspace.listMessages('clusters', 'ada'))).toHaveLength(1);
    expect(doubled(marksOf(thread))).toEqual([]);
    expect(doubled(thread.map(({ text }) => text))).toEqual([]);
  });

  test('deletes the cluster completely', async ({ signal }) => {
    await rig.killAt(duringDelete);
    const before = watch.kills;
    const talk = rig.talk(AbortSignal.any([signal, watch.broken]));
    await talk.sendCommand('/kthw delete kill');
    await talk.pressButton('delete.confirm');
    const thread = await talk.waitForReplies(await talk.waitForOutcome('kill', /: deleted/, 5 * minuteMs));
    await expectKills(duringDelete, before);
    expect(await rig.google.resourcesOf('kill')).toEqual([]);
    expect(doubled(marksOf(thread))).toEqual([]);
  });

  async function expectKills(points: readonly string[], before: number): Promise<void> {
    const left = await rig.killsLeft();
    const kills = watch.kills - before;
    console.log(`killed ${kills} times; points not reached: ${left.join(', ') || 'none'}`);
    expect(kills).toBe(points.length - left.length);
    expect(kills).toBeGreaterThanOrEqual(mostOf(points));
  }

  async function fingerprint(): Promise<string | undefined> {
    const vault = rig.vault('kill');
    if (!(await vault.get(vaultPaths.ca))) return undefined;
    return new X509Certificate((await getCertificate(vault, vaultPaths.ca)).certificate).fingerprint256;
  }
});

function marksOf(messages: readonly ApiMessage[]): string[] {
  return messages.flatMap(({ metadata }) => (metadata ? [JSON.stringify(metadata.event_payload)] : []));
}

function doubled(marks: readonly string[]): string[] {
  return marks.filter((mark, at) => marks.indexOf(mark) !== at);
}
