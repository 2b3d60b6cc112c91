import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { EngineEvent } from '../../../src/store/events.ts';
import type { ClusterRecord } from '../../../src/store/records.ts';
import { buildSpec, RunEnvironment } from '../../fakes/run-environment.ts';

/** Values of an attacker who can write the store, by prefix of the output's name. */
const forgeries: Readonly<Record<string, string | string[]>> = {
  'host-keys': ['ssh-ed25519 AAAAattacker'],
  'external-address': '203.0.113.66',
  'public-address': '203.0.113.66',
  'instance-id': '66',
};
const spec = { controllers: 1, workers: 1 } as const;
let environment: RunEnvironment;
/** Host keys and addresses of all connections, as text. */
let connections: string[];

beforeEach(() => {
  const opened = new RunEnvironment();
  environment = opened;
  connections = [];
  onTestFinished(() => opened.close());
  const createClient = opened.ssh.createClient.bind(opened.ssh);
  vi.spyOn(opened.ssh, 'createClient').mockImplementation(() => {
    const client = createClient();
    return {
      ...client,
      getHost(target) {
        connections.push(JSON.stringify([target.address, target.hostKeys]));
        return client.getHost(target);
      },
    };
  });
  const connect = opened.kube.connect.bind(opened.kube);
  vi.spyOn(opened.kube, 'connect').mockImplementation((target) => {
    connections.push(JSON.stringify([target.address]));
    return connect(target);
  });
});

describe('outputs that were changed in the store', () => {
  test('of a cluster record have no effect on runs, inspections and kubeconfigs', async () => {
    const process = environment.createProcess();
    await environment.createCluster(process, spec);
    const forgedNames = await forgeRecord();
    for (const prefix of Object.keys(forgeries)) expect(forgedNames.some((name) => name.startsWith(prefix))).toBe(true);
    connections = [];
    const { clusterService } = process;
    const run = await environment.finishRun(
      clusterService.scaleCluster('demo', { workers: 2, requester: environment.requester, channel: 'C1' }),
    );
    expect(await environment.getOutcome(run)).toBe('succeeded');
    await forgeRecord();
    const report = await clusterService.runDoctor('demo', 'ssh');
    expect('instances' in report && report.instances.map(({ error }) => error)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await clusterService.getSnapshot('demo', 'ssh');
    expect(await clusterService.listMissingParts('demo')).toEqual([]);
    const kubeconfig = await clusterService.issueKubeconfig('demo', {
      requester: environment.requester,
      role: 'cluster-admin',
    });
    if (!kubeconfig || !('file' in kubeconfig)) throw new Error(JSON.stringify(kubeconfig));
    expect(kubeconfig.file.reveal()).not.toContain('203.0.113.66');
    expectNoForgery();
  });

  test('of a run have no effect when another process continues it', async () => {
    let isCrashed = false;
    const process = environment.createProcess({
      onKillPoint(step, point, crash) {
        if (isCrashed || step !== 'certificates/install/demo-worker-0' || point !== 'before-call') return;
        isCrashed = true;
        crash();
      },
    });
    const request = await process.clusterService.createCluster({
      spec: buildSpec(spec),
      requester: environment.requester,
      channel: 'C1',
    });
    if (!('run' in request)) throw new Error(JSON.stringify(request));
    while (!isCrashed) await environment.clock.sleep(1_000, new AbortController().signal);
    await process.kill();
    const finished = await environment.listEvents(request.run, 'step.finished');
    const forged = finished.flatMap((event): EngineEvent[] => {
      const outputs = event.outputs.flatMap(({ name }) => forge(name) ?? []);
      return outputs.length > 0 ? [{ ...event, outputs }] : [];
    });
    expect(forged.length).toBeGreaterThan(3);
    await environment.store.append(request.run, forged);
    connections = [];
    await environment.createProcess().start();
    await environment.waitForRun(request.run);
    expect(await environment.getOutcome(request.run)).toBe('succeeded');
    expectNoForgery();
  });

  test('that the vault does not have are refused', async () => {
    const process = environment.createProcess();
    await environment.createCluster(process, spec);
    const found = await environment.store.read('cluster', 'demo');
    if (!found) throw new Error('there is no cluster');
    // The steps of a new worker, as if they were done.
    const started = process.clusterService.scaleCluster('demo', {
      workers: 2,
      requester: environment.requester,
      channel: 'C1',
    });
    const answer = await started;
    if (!('run' in answer)) throw new Error(JSON.stringify(answer));
    await environment.store.append(answer.run, [
      {
        type: 'step.finished',
        step: 'ssh-host-keys/demo-worker-1',
        outcome: 'applied',
        outputs: [{ name: 'host-keys/demo-worker-1', value: ['ssh-ed25519 AAAAattacker'] }],
      },
    ]);
    await environment.waitForRun(answer.run);
    const failures = await environment.listEvents(answer.run, 'step.failed');
    expect(failures.map(({ error }) => error.code)).toContain('output-unconfirmed');
    expect(await environment.getOutcome(answer.run)).toBe('failed');
    expectNoForgery();
  });

  test('in the vault’s index stop the run', async () => {
    const process = environment.createProcess();
    await environment.createCluster(process, spec);
    const found = await environment.store.read('dataKey', 'demo');
    if (!found) throw new Error('there is no data key');
    const { index } = found.value;
    const outputs = Object.fromEntries(
      Object.entries(index.outputs).map(([name, value]) => [name, forge(name)?.value ?? value]),
    );
    await environment.store.write('dataKey', 'demo', { ...found.value, index: { ...index, outputs } }, found.version);
    connections = [];
    const run = await environment.finishRun(process.clusterService.runSmokeTest('demo', environment.requester, 'C1'));
    expect(await environment.getOutcome(run)).toBe('failed');
    const codes = (await environment.listEvents(run, 'step.failed')).map(({ error }) => error.code);
    expect(new Set(codes)).toEqual(new Set(['secret-unreadable']));
    expect(connections).toEqual([]);
  });
});

test('a run with the spec of another cluster fails before it connects', async () => {
  const process = environment.createProcess();
  await environment.createCluster(process, spec);
  const cluster = (await environment.store.read('cluster', 'demo'))?.value as ClusterRecord;
  connections = [];
  await environment.store.write(
    'run',
    'forged',
    {
      cluster: 'other',
      operation: 'create',
      spec: cluster.spec,
      requestedBy: environment.requester,
      channel: 'C1',
      requestedAt: '2026-01-01T00:00:00.000Z',
      open: true,
    },
    undefined,
  );
  await environment.store.write('cluster', 'other', { ...cluster, runs: ['forged'], activeRun: 'forged' }, undefined);
  await process.start();
  await environment.waitForRun('forged');
  expect(await environment.getOutcome('forged')).toBe('failed');
  expect(connections).toEqual([]);
  await expect(
    process.clusterService.issueKubeconfig('other', { requester: environment.requester, role: 'cluster-admin' }),
  ).rejects.toThrow(/cluster "other" has the spec of "demo"/);
});

/** Replaces all outputs in the cluster record. Returns their names. */
async function forgeRecord(): Promise<string[]> {
  const found = await environment.store.read('cluster', 'demo');
  if (!found) throw new Error('there is no cluster');
  const forged = Object.keys(found.value.outputs).flatMap((name) => forge(name) ?? []);
  const outputs = Object.fromEntries(forged.map(({ name, value }) => [name, value]));
  await environment.store.write(
    'cluster',
    'demo',
    { ...found.value, outputs: { ...found.value.outputs, ...outputs } },
    found.version,
  );
  return Object.keys(outputs);
}

function forge(name: string): { name: string; value: string | string[] } | undefined {
  const value = Object.entries(forgeries).find(([prefix]) => name.startsWith(prefix))?.[1];
  return value === undefined ? undefined : { name, value };
}

function expectNoForgery(): void {
  expect(connections.length).toBeGreaterThan(0);
  expect(connections.filter((each) => /attacker|203\.0\.113\.66/.test(each))).toEqual([]);
}
