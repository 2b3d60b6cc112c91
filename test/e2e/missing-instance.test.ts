import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Kubectl } from '../../local/driver/kubectl.ts';
import { type LocalEnvironment, openLocalEnvironment } from '../../local/driver/local-environment.ts';
import { EngineInspector } from './engine-inspector.ts';
import { findSkipReason } from './find-skip-reason.ts';

const minuteMs = 60_000;
const instance = 'zones/us-west1-c/instances/demo-worker-0';

/** Stops, starts and deletes a worker of a ready cluster by hand. */
describe.skipIf(findSkipReason())('a cluster whose worker changes outside kthw', () => {
  let environment: LocalEnvironment;
  let engine: EngineInspector;
  let kubectl: Kubectl;

  beforeAll(async () => {
    environment = await openLocalEnvironment();
    engine = new EngineInspector(environment);
    ({ kubectl } = await environment.getCluster('demo').create('--controllers 1 --workers 1'));
  }, 20 * minuteMs);

  afterAll(async () => {
    await engine?.close();
    await environment?.close();
  });

  const getReply = (command: string) => environment.talkAs().sendCommandForReply(command);

  test('lacks nothing at first, and the API server reports a healthy etcd member', async () => {
    expect(await kubectl('get', 'componentstatuses')).toMatch(/^etcd-0\s+Healthy/m);
    expect(await getReply('/kthw status demo')).not.toMatch(/repair:|cause:/);
  });

  test('names the stopped worker and refuses a smoke test, until it is started', {
    timeout: 6 * minuteMs,
  }, async () => {
    await environment.compute.change('POST', `${instance}/stop`);
    const problem = 'demo-worker-0 is not running (TERMINATED)';
    expect(await getReply('/kthw status demo')).toContain(problem);
    const refusal = await getReply('/kthw smoke demo');
    expect(refusal).toContain('Not started');
    expect(refusal).toContain(problem);
    await environment.compute.change('POST', `${instance}/start`);
    await expect
      .poll(() => kubectl('get', 'nodes', '--no-headers'), { timeout: 3 * minuteMs, interval: 2_000 })
      .toMatch(/\sReady\s/);
    await expect
      .poll(() => getReply('/kthw status demo'), { timeout: 2 * minuteMs, interval: 3_000 })
      .not.toMatch(/repair:|cause:/);
  });

  test('gets a deleted worker back by a resume', { timeout: 10 * minuteMs }, async () => {
    await environment.compute.change('DELETE', instance);
    expect(await getReply('/kthw status demo')).toContain('demo-worker-0 is missing');
    // DNS was deferred, so there is a run to resume.
    expect(await getReply('/kthw resume demo')).toContain('demo-worker-0 is missing');
    const isReset = async () => (await engine.readEvents('demo')).some(({ event }) => event.type === 'steps.reset');
    await expect.poll(isReset, { timeout: minuteMs }).toBe(true);
    await engine.waitForSuccess('demo');
    expect(await kubectl('get', 'nodes', '--no-headers')).toMatch(/^demo-worker-0\s+Ready\s/);
    expect(await getReply('/kthw status demo')).not.toMatch(/repair:|cause:/);
  });
});
