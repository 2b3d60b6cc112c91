import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalEnvironment, openLocalEnvironment } from '../../local/driver/local-environment.ts';
import { buildOperationError } from './compute-faults.ts';
import { EngineInspector } from './engine-inspector.ts';
import { findSkipReason } from './find-skip-reason.ts';

const size = '--controllers 1 --workers 1';

/** Deletes three clusters whose creation was stopped in different ways and chapters. */
describe.skipIf(findSkipReason())('an unfinished cluster', () => {
  let environment: LocalEnvironment;
  let engine: EngineInspector;
  beforeAll(async () => {
    environment = await openLocalEnvironment();
    engine = new EngineInspector(environment);
  });
  afterAll(async () => {
    await engine?.close();
    await environment?.close();
  });

  test('is deleted completely after a failure while creating instances', async () => {
    const zone = "The zone 'projects/kthw-local/zones/us-west1-c' does not have enough resources available.";
    await environment.compute.injectFaults({
      match: 'POST /zones/*/instances',
      operationError: buildOperationError('ZONE_RESOURCE_POOL_EXHAUSTED', zone),
    });
    await environment.talkAs().sendCommand(`/kthw create fails ${size}`);
    await engine.waitForFailure('fails', 1);
    // One instance exists, the other does not.
    const resources = await environment.compute.listClusterResources('fails');
    expect(resources.filter((resource) => resource.startsWith('instances/'))).toHaveLength(1);
    await expectDeleted('fails');
  });

  test('is deleted after a cancellation during etcd, while another is deleted during its workers', async () => {
    const [stops, runs] = [environment.getCluster('stops'), environment.getCluster('runs', 'grace')];
    // Wait until these are posted, so that the next summary of each cluster is its deletion's.
    await Promise.all([stops.start(`/kthw create stops ${size}`), runs.start(`/kthw create runs ${size}`)]);
    await engine.waitForStepStart('stops', 'etcd/stops-controller-0');
    await stops.conversation.sendCommand('/kthw cancel stops');
    await engine.waitForStepStart('runs', 'containerd/runs-worker-0');
    // Still running: the deletion takes the cluster over.
    await Promise.all([expectDeleted('stops'), expectDeleted('runs', 'grace')]);
  });

  async function expectDeleted(cluster: string, person = 'ada'): Promise<void> {
    expect(await environment.getCluster(cluster, person).delete()).toMatchObject({
      text: expect.stringContaining(': deleted'),
    });
    expect(await environment.compute.listClusterResources(cluster)).toEqual([]);
    expect(await engine.getVault(cluster).isEmpty()).toBe(true);
    const verifiedSteps = (await engine.readEvents(cluster)).flatMap(({ event }) =>
      event.type === 'step.finished' && event.step.startsWith('verify-deleted/') ? [event.step] : [],
    );
    expect(verifiedSteps.sort()).toEqual(['verify-deleted/resources', 'verify-deleted/secrets']);
  }
});
