import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findUnsupportedReason } from '../../local/ensure-packages.ts';
import { operationFailed } from './survival/outcomes.ts';
import { openRig, type Rig } from './survival/test-environment.ts';

const minuteMs = 60_000;
const size = '--controllers 1 --workers 1';

/** Deletes three clusters whose creation was stopped in different ways and chapters. */
describe.skipIf(findUnsupportedReason())('an unfinished cluster', () => {
  let rig: Rig;
  const over = new AbortController();
  beforeAll(async () => {
    rig = await openRig();
  });
  afterAll(async () => {
    over.abort();
    await rig?.close();
  });

  test('is deleted completely after a failure while creating instances', async () => {
    const zone = "The zone 'projects/kthw-local/zones/us-west1-c' does not have enough resources available.";
    await rig.google.fault({
      match: 'POST /zones/*/instances',
      operationError: operationFailed('ZONE_RESOURCE_POOL_EXHAUSTED', zone),
    });
    await rig.talk(over.signal).sendCommand(`/kthw create fails ${size}`);
    await rig.stopped('fails', 1);
    // One instance exists, the other does not.
    const left = await rig.google.resourcesOf('fails');
    expect(left.filter((one) => one.startsWith('instances/'))).toHaveLength(1);
    await expectDeleted('fails');
  });

  test('is deleted after a cancellation during etcd, while another is deleted during its workers', async () => {
    const [ada, grace] = [rig.talk(over.signal), rig.talk(over.signal, 'grace')];
    // Wait until these are posted, so that the next summary of each cluster is its deletion's.
    await Promise.all([
      ada.startRun('stops', () => ada.sendCommand(`/kthw create stops ${size}`)),
      grace.startRun('runs', () => grace.sendCommand(`/kthw create runs ${size}`)),
    ]);
    await rig.started('stops', 'etcd/stops-controller-0');
    await ada.sendCommand('/kthw cancel stops');
    await rig.started('runs', 'containerd/runs-worker-0');
    // Still running: the deletion takes the cluster over.
    await Promise.all([expectDeleted('stops'), expectDeleted('runs', 'grace')]);
  });

  async function expectDeleted(cluster: string, person = 'ada'): Promise<void> {
    const talk = rig.talk(over.signal, person);
    const deleting = await talk.startRun(cluster, async () => {
      await talk.sendCommand(`/kthw delete ${cluster}`);
      await talk.pressButton('delete.confirm');
    });
    expect(await talk.waitForEnd(deleting, 2 * minuteMs)).toMatchObject({ text: expect.stringContaining(': deleted') });
    expect(await rig.google.resourcesOf(cluster)).toEqual([]);
    expect(await rig.vault(cluster).isEmpty()).toBe(true);
    const proof = (await rig.events(cluster)).flatMap(({ event }) =>
      event.type === 'step.finished' && event.step.startsWith('verify-deleted/') ? [event.step] : [],
    );
    expect(proof.sort()).toEqual(['verify-deleted/resources', 'verify-deleted/secrets']);
  }
});
