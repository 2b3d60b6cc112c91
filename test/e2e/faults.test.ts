import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findUnsupportedReason } from '../../local/ensure-packages.ts';
import { expectCard } from './survival/cards.ts';
import { firewallOf, operationFailed, refused } from './survival/outcomes.ts';
import { openRig, type Rig } from './survival/test-environment.ts';

const operationDeadlineMs = 15_000;
const size = '--controllers 1 --workers 1';

/**
 * Two clusters in parallel. One meets transient faults and must become ready without help. The other meets faults that
 * stop a run; each is fixed and the run resumed until the cluster is ready.
 */
describe.skipIf(findUnsupportedReason())('faults while creating a cluster', () => {
  let rig: Rig;
  let before: Readonly<Record<string, number>>;
  const over = new AbortController();
  beforeAll(async () => {
    rig = await openRig({ OPERATION_DEADLINE_MS: String(operationDeadlineMs) });
  });
  afterAll(async () => {
    over.abort();
    await rig?.close();
  });

  test('retries Google’s 429, 500 and 503, cut connections and an endless operation without help', async () => {
    await rig.google.fault(
      { match: 'POST /global/networks', respond: refused(503, 'backendError') },
      { match: 'POST /regions/*/subnetworks', times: 2, respond: refused(429, 'rateLimitExceeded') },
      { match: 'POST /global/firewalls', respond: refused(500, 'internalError') },
      { match: 'POST /global/firewalls', cut: 'before' },
      { match: 'POST /global/firewalls', cut: 'after' },
      { match: 'POST /zones/*/instances', cut: 'after' },
      { match: 'POST /zones/*/operations/*/wait', hang: true },
    );
    await rig.mirror.fault({ match: 'runc.amd64', times: 1, bytesPerSecond: 1_000_000 });
    await rig.talk(over.signal).sendCommand(`/kthw create passes ${size}`);
    await rig.finished('passes', [
      ...['static-ip/api', 'firewall/passes-allow-external', 'load-balancer/rule', 'pod-routes/passes-worker-0'],
      ...['firewall/passes-allow-internal', 'firewall/passes-allow-health-check', 'firewall/passes-allow-ssh'],
      'workers/passes-worker-0',
    ]);
    expect(await rig.google.faultsLeft()).toEqual([]);
    before = await rig.google.inserts();
    // Requests cut after processing are not repeated; all others are repeated once.
    expect(before).toEqual({
      ...one,
      networks: 2,
      subnetworks: 3,
      firewalls: 6,
      instances: 2,
    });
    expect(await rig.failures('passes')).toEqual(
      expect.arrayContaining(['cloud-unavailable', 'operation-slow', 'outcome-unknown', 'rate-limited']),
    );
  });

  test('survives a reboot during installation', async () => {
    await rig.started('passes', 'downloads/passes-worker-0');
    await rig.google.change('POST', 'zones/us-west1-c/instances/passes-worker-0/reset');
    await rig.finished('passes', ['downloads/passes-worker-0', 'downloads/passes-controller-0']);
    expect(await rig.failures('passes')).toEqual(expect.arrayContaining([expect.stringMatching(/^ssh-/)]));
  });

  test('stops on an exceeded quota with Google’s message', async () => {
    const words = "Quota 'FIREWALLS' exceeded. Limit: 100.0 globally.";
    await rig.google.fault({
      match: 'POST /global/firewalls',
      times: 4,
      respond: refused(403, 'quotaExceeded', words),
    });
    await rig.talk(over.signal).sendCommand(`/kthw create stops ${size}`);
    const cards = await rig.stopped('stops', 1);
    expect(cards).toHaveLength(4);
    for (const card of cards)
      expectCard(
        card,
        'project configuration or the request',
        words,
        'request more quota from Google',
        '/kthw resume stops',
      );
  });

  test('shows the difference of a manually widened rule; stops when the zone is exhausted', async () => {
    const zone = "The zone 'projects/kthw-local/zones/us-west1-c' does not have enough resources available.";
    const quota = "Quota 'CPUS' exceeded. Limit: 72.0 in region us-west1.";
    await rig.google.change('POST', 'global/firewalls', firewallOf('stops', ['tcp', 'icmp']));
    await rig.google.fault(
      { match: 'POST /zones/*/instances', operationError: operationFailed('ZONE_RESOURCE_POOL_EXHAUSTED', zone) },
      { match: 'POST /zones/*/instances', operationError: operationFailed('QUOTA_EXCEEDED', quota) },
    );
    await rig.talk(over.signal).sendCommand('/kthw resume stops');
    const cards = await rig.stopped('stops', 2);
    expect(cards).toHaveLength(3);
    expectCard(
      cards,
      'conflict: existing resource',
      'tcp:6443',
      'The existing resource was not changed',
      '/kthw resume stops',
    );
    expectCard(cards, 'Google Compute Engine', zone, 'try `/kthw resume stops` later');
    expectCard(cards, 'project configuration or the request', quota, 'request more quota from Google');
    await rig.google.change('PATCH', 'global/firewalls/stops-allow-external', firewallOf('stops'));
  });

  test('stops on a wrong checksum', async () => {
    await rig.mirror.fault({ match: 'amd64/kubelet', times: 1, corrupt: true });
    await rig.talk(over.signal).sendCommand('/kthw resume stops');
    const cards = await rig.stopped('stops', 3);
    expectCard(cards, 'an instance or the network', 'stops-worker-0: checksum mismatch', 'amd64/kubelet');
  });

  test('stops on a full disk', async () => {
    const worker = await rig.machine('stops', 'stops-worker-0');
    await rig.shell(worker, 'mount -t tmpfs -o size=1m full /var/lib/kthw');
    await rig.talk(over.signal).sendCommand('/kthw resume stops');
    const cards = await rig.stopped('stops', 4);
    expectCard(cards, 'an instance or the network', 'no space left on the disk', 'free disk space on the instance');
    await rig.shell(worker, 'umount /var/lib/kthw');
  });

  test('stops on a changed SSH host key', async () => {
    const worker = await rig.machine('stops', 'stops-worker-0');
    const keys = await rig.shell(
      worker,
      `mkdir /root/keys; mv /etc/ssh/ssh_host_* /root/keys; ssh-keygen -A >&2; systemctl restart ssh
       cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub`,
    );
    await rig.talk(over.signal).sendCommand('/kthw resume stops');
    const cards = await rig.stopped('stops', 5);
    expectCard(cards, 'stops-worker-0: SSH host key mismatch', 'find out which host has this address');
    const changed = await rig.machine('stops', 'stops-worker-0', [keys.trim()]);
    await rig.shell(changed, 'rm /etc/ssh/ssh_host_*; mv /root/keys/* /etc/ssh; systemctl restart ssh');
  });

  test('makes both clusters ready without duplicate resources', async () => {
    await rig.talk(over.signal).sendCommand('/kthw resume stops');
    await rig.succeeded('stops');
    await rig.succeeded('passes');
    const after = await rig.google.inserts();
    const asked = Object.fromEntries(Object.entries(after).map(([kind, count]) => [kind, count - (before[kind] ?? 0)]));
    // Four rules failed, one was created by hand, and two instances failed.
    expect(asked).toEqual({ ...one, firewalls: 8, instances: 4 });
    for (const cluster of ['stops', 'passes']) expect(await rig.google.resourcesOf(cluster)).toHaveLength(15);
  });
});

/** Insert calls of a cluster without faults. */
const one = {
  addresses: 1,
  firewalls: 4,
  forwardingRules: 1,
  httpHealthChecks: 1,
  instances: 2,
  networks: 1,
  routes: 1,
  subnetworks: 1,
  targetPools: 1,
};
