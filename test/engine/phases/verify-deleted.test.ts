import { beforeEach, describe, expect, test } from 'vitest';
import { verifyDeleted } from '../../../src/engine/phases/verify-deleted.ts';
import type { StepContext } from '../../../src/engine/steps/step-context.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { Secret } from '../../../src/store/vault/secret.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { FakeCompute } from '../../fakes/compute.ts';
import { FakeVaults } from '../../fakes/vault.ts';
import { buildCluster } from '../../fixtures/cluster.ts';

const cluster = buildCluster();
const { signal } = new AbortController();
const [resources, secrets] = verifyDeleted.steps(cluster);
if (!resources || !secrets) throw new Error('the phase lacks a step');

let clock: FakeClock;
let compute: FakeCompute;
let c: StepContext;
let log: string[];
beforeEach(() => {
  clock = new FakeClock();
  compute = new FakeCompute(clock);
  log = [];
  const store = openSqliteStore({ path: ':memory:', now: clock.now });
  const vault = new FakeVaults(clock).createProvider(store).getVault('demo');
  c = {
    ...{ cluster, clock, compute, vault, signal, requestId: 'r' },
    logProgress: (line: string) => void log.push(line),
  } as unknown as StepContext;
});

function insertNetwork(requestId: string): Promise<void> {
  return compute.networks.insert({ name: 'demo', description: 'kthw cluster demo' }, { requestId, signal });
}

describe('a deletion is verified', () => {
  test('after two lists without a resource, three seconds apart', async () => {
    const startedAt = +clock.now();
    expect(await resources.observe(c)).toEqual({ status: 'present', outputs: [] });
    expect(+clock.now() - startedAt).toBe(3_000);
    expect(compute.faults.countCalls(/^list networks$/)).toBe(2);
  });

  test('not while a resource exists, which is deleted and reported', async () => {
    await insertNetwork('r1');
    expect(await resources.observe(c)).toEqual({ status: 'absent' });
    expect(compute.faults.countCalls(/^list networks$/)).toBe(1);
    await resources.apply?.(c);
    expect(compute.listResourceNames()).toEqual([]);
    expect(log).toEqual([expect.stringMatching(/^demo \(.+\) still exists, or exists again; deleting it$/)]);
  });

  test('not when a resource reappears between the lists', async () => {
    const observing = resources.observe(c);
    await clock.sleep(1_000, signal);
    await Promise.all([insertNetwork('r1'), observing]);
    expect(await observing).toEqual({ status: 'absent' });
  });

  test('not while the vault has a secret, which is deleted', async () => {
    await c.vault.getOrCreate('a/b', async () => new Secret('x'));
    expect(await secrets.observe(c)).toEqual({ status: 'absent' });
    await secrets.apply?.(c);
    expect(await secrets.observe(c)).toEqual({ status: 'present', outputs: [] });
  });
});
