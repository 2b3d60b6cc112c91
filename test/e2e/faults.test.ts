import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalEnvironment, openLocalEnvironment } from '../../local/driver/local-environment.ts';
import { buildErrorResponse, buildFirewall, buildOperationError } from './compute-faults.ts';
import { EngineInspector } from './engine-inspector.ts';
import { expectCard } from './expect-card.ts';
import { findSkipReason } from './find-skip-reason.ts';

const operationDeadlineMs = 15_000;
const size = '--controllers 1 --workers 1';

/**
 * Two clusters in parallel. One meets transient faults and must become ready without help. The other meets faults that
 * stop a run; each is fixed and the run resumed until the cluster is ready.
 */
describe.skipIf(findSkipReason())('faults while creating a cluster', () => {
  let environment: LocalEnvironment;
  let engine: EngineInspector;
  let insertsBefore: Readonly<Record<string, number>>;
  const send = (command: string) => environment.talkAs().sendCommand(command);
  beforeAll(async () => {
    environment = await openLocalEnvironment({
      botScript: 'test/chaos/killable-bot.ts',
      botEnv: { KILL_AT_FILE: '/dev/null', OPERATION_DEADLINE_MS: String(operationDeadlineMs) },
    });
    engine = new EngineInspector(environment);
  });
  afterAll(async () => {
    await engine?.close();
    await environment?.close();
  });

  test('refuses a Kubernetes version that the mirror lacks, before a run exists', async () => {
    const reply = await environment.talkAs().sendCommandForReply('/kthw create other --version 1.36.4');
    expect(reply).toContain("Kubernetes 1.36.4 can't be downloaded. Available versions: 1.20.2");
    expect(await environment.talkAs().sendCommandForReply('/kthw create other --version 1.36.4')).toContain(
      'not available for download; use one of 1.20.2',
    );
    expect(await environment.talkAs().sendCommandForReply('/kthw status other')).toContain('not found');
  });

  test('stops before it creates anything if a download is missing', async () => {
    await environment.injectMirrorFaults({ match: 'amd64/kube-proxy', times: 100, status: 404 });
    await environment.talkAs().sendCommand(`/kthw create other ${size}`);
    const [card] = await engine.waitForFailure('other', 1);
    expect(JSON.stringify(card)).toMatch(
      /Kubernetes 1\.20\.2 can't be downloaded: \S+\/kube-proxy: HTTP 404(?! \(and)/,
    );
    expect(await environment.talkAs().sendCommandForReply('/kthw status other')).toContain('not found');
    await environment.injectMirrorFaults();
  });

  test('retries Google’s 429, 500 and 503, cut connections and an endless operation without help', async () => {
    await environment.compute.injectFaults(
      { match: 'POST /global/networks', respond: buildErrorResponse(503, 'backendError') },
      { match: 'POST /regions/*/subnetworks', times: 2, respond: buildErrorResponse(429, 'rateLimitExceeded') },
      { match: 'POST /global/firewalls', respond: buildErrorResponse(500, 'internalError') },
      { match: 'POST /global/firewalls', cut: 'before' },
      { match: 'POST /global/firewalls', cut: 'after' },
      { match: 'POST /zones/*/instances', cut: 'after' },
      { match: 'POST /zones/*/operations/*/wait', hang: true },
    );
    await environment.injectMirrorFaults({ match: 'runc.amd64', times: 1, bytesPerSecond: 1_000_000 });
    await send(`/kthw create passes ${size}`);
    await engine.waitForSteps('passes', [
      ...['static-ip/api', 'firewall/passes-allow-external', 'load-balancer/rule', 'pod-routes/passes-worker-0'],
      ...['firewall/passes-allow-internal', 'firewall/passes-allow-health-check', 'firewall/passes-allow-ssh'],
      'workers/passes-worker-0',
    ]);
    expect(await environment.compute.listPendingFaults()).toEqual([]);
    insertsBefore = await environment.compute.countInserts();
    // Requests cut after processing are not repeated; all others are repeated once.
    expect(insertsBefore).toEqual({
      ...insertsPerCluster,
      networks: 2,
      subnetworks: 3,
      firewalls: 6,
      instances: 2,
    });
    expect(await engine.listFailureCodes('passes')).toEqual(
      expect.arrayContaining(['cloud-unavailable', 'operation-slow', 'outcome-unknown', 'rate-limited']),
    );
  });

  test('survives a reboot during installation', async () => {
    await engine.waitForStepStart('passes', 'downloads/passes-worker-0');
    await environment.compute.change('POST', 'zones/us-west1-c/instances/passes-worker-0/reset');
    await engine.waitForSteps('passes', ['downloads/passes-worker-0', 'downloads/passes-controller-0']);
    expect(await engine.listFailureCodes('passes')).toEqual(expect.arrayContaining([expect.stringMatching(/^ssh-/)]));
  });

  test('stops on an exceeded quota with Google’s message', async () => {
    const message = "Quota 'FIREWALLS' exceeded. Limit: 100.0 globally.";
    await environment.compute.injectFaults({
      match: 'POST /global/firewalls',
      times: 4,
      respond: buildErrorResponse(403, 'quotaExceeded', message),
    });
    await send(`/kthw create stops ${size}`);
    const cards = await engine.waitForFailure('stops', 1);
    expect(cards).toHaveLength(4);
    for (const card of cards)
      expectCard(
        card,
        'project configuration or the request',
        message,
        'request more quota from Google',
        '/kthw resume stops',
      );
  });

  test('shows the difference of a manually widened rule; stops when the zone is exhausted', async () => {
    const zone = "The zone 'projects/kthw-local/zones/us-west1-c' does not have enough resources available.";
    const quota = "Quota 'CPUS' exceeded. Limit: 72.0 in region us-west1.";
    await environment.compute.change('POST', 'global/firewalls', buildFirewall('stops', ['tcp', 'icmp']));
    await environment.compute.injectFaults(
      { match: 'POST /zones/*/instances', operationError: buildOperationError('ZONE_RESOURCE_POOL_EXHAUSTED', zone) },
      { match: 'POST /zones/*/instances', operationError: buildOperationError('QUOTA_EXCEEDED', quota) },
    );
    await send('/kthw resume stops');
    const cards = await engine.waitForFailure('stops', 2);
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
    await environment.compute.change('PATCH', 'global/firewalls/stops-allow-external', buildFirewall('stops'));
  });

  test('stops on a wrong checksum', async () => {
    await environment.injectMirrorFaults({ match: 'amd64/kubelet', times: 1, corrupt: true });
    await send('/kthw resume stops');
    const cards = await engine.waitForFailure('stops', 3);
    expectCard(cards, 'an instance or the network', 'stops-worker-0: checksum mismatch', 'amd64/kubelet');
  });

  test('stops on a full disk', async () => {
    const worker = await engine.connectToInstance('stops', 'stops-worker-0');
    await engine.runScript(worker, 'mount -t tmpfs -o size=1m full /var/lib/kthw');
    await send('/kthw resume stops');
    const cards = await engine.waitForFailure('stops', 4);
    expectCard(cards, 'an instance or the network', 'no space left on the disk', 'free disk space on the instance');
    await engine.runScript(worker, 'umount /var/lib/kthw');
  });

  test('stops on a changed SSH host key', async () => {
    const worker = await engine.connectToInstance('stops', 'stops-worker-0');
    const keys = await engine.runScript(
      worker,
      `mkdir /root/keys; mv /etc/ssh/ssh_host_* /root/keys; ssh-keygen -A >&2; systemctl restart ssh
       cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub`,
    );
    await send('/kthw resume stops');
    const cards = await engine.waitForFailure('stops', 5);
    expectCard(cards, 'stops-worker-0: SSH host key mismatch', 'find out which host has this address');
    const changed = await engine.connectToInstance('stops', 'stops-worker-0', [keys.trim()]);
    await engine.runScript(changed, 'rm /etc/ssh/ssh_host_*; mv /root/keys/* /etc/ssh; systemctl restart ssh');
  });

  test('makes both clusters ready without duplicate resources', async () => {
    await send('/kthw resume stops');
    await engine.waitForSuccess('stops');
    await engine.waitForSuccess('passes');
    const insertsAfter = await environment.compute.countInserts();
    const newInserts = Object.fromEntries(
      Object.entries(insertsAfter).map(([kind, count]) => [kind, count - (insertsBefore[kind] ?? 0)]),
    );
    // Four rules failed, one was created by hand, and two instances failed.
    expect(newInserts).toEqual({ ...insertsPerCluster, firewalls: 8, instances: 4 });
    for (const cluster of ['stops', 'passes'])
      expect(await environment.compute.listClusterResources(cluster)).toHaveLength(15);
  });
});

/** Insert calls of a cluster without faults. */
const insertsPerCluster = {
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
