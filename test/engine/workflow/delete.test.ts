import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import { operations } from '../../../src/engine/phases/operations.ts';
import { phases } from '../../../src/engine/phases/sort-phases.ts';
import { plan } from '../../../src/engine/workflow/plan.ts';
import { Secret } from '../../../src/store/vault/secret.ts';
import { buildSpec, type Process, RunEnvironment } from '../../fakes/run-environment.ts';
import { buildCluster } from '../../fixtures/cluster.ts';

const mark = 'kthw cluster demo';
const cluster = buildCluster(buildSpec());
const environments: RunEnvironment[] = [];
afterEach(async () => {
  for (const environment of environments.splice(0)) await environment.close();
});

function createEnvironment(): { environment: RunEnvironment; process: Process } {
  const environment = new RunEnvironment();
  environments.push(environment);
  return { environment, process: environment.createProcess() };
}

async function deleted(environment: RunEnvironment, process: Process): Promise<string> {
  return await environment.finishRun(process.clusterService.deleteCluster('demo', environment.requester, 'C1'));
}

/** Somebody else, or Google, makes something by the API. */
async function made(
  environment: RunEnvironment,
  kind: 'firewalls' | 'routes' | 'addresses',
  name: string,
  more: object,
): Promise<void> {
  const call = { requestId: `by-hand-${name}-${Math.random()}`, signal: new AbortController().signal };
  await environment.compute[kind].insert({ name, ...more } as never, call);
}

async function expectNothingLeft(environment: RunEnvironment): Promise<void> {
  expect((await environment.store.read('cluster', 'demo'))?.value).toMatchObject({
    settledState: 'deleted',
    outputs: {},
  });
  expect(environment.compute.listResourceNames()).toEqual([]);
  expect([...(await environment.store.list('secret')), ...(await environment.store.list('dataKey'))]).toEqual([]);
}

describe('a delete', () => {
  test('deletes a resource that reappears', async () => {
    const { environment, process } = createEnvironment();
    await environment.createCluster(process);
    // Once everything is gone, one thing is there again.
    let times = 0;
    const run = process.clusterService.deleteCluster('demo', environment.requester, 'C1');
    const back = (async () => {
      for (let i = 0; i < 4_000 && times < 1; i++) {
        await environment.clock.sleep(100, new AbortController().signal);
        if (environment.compute.listResourceNames().length > 0 || (await environment.store.list('dataKey')).length > 0)
          continue;
        times++;
        await made(environment, 'addresses', 'demo', { region: cluster.region, description: mark, labels: {} });
      }
    })();
    const id = await environment.finishRun(run);
    await back;
    expect(times).toBe(1);
    expect(await environment.getOutcome(id)).toBe('succeeded');
    expect((await environment.listEvents(id, 'step.logged')).map(({ message }) => message)).toContain(
      'demo (addresses) still exists, or exists again; deleting it',
    );
    await expectNothingLeft(environment);
  });

  test('keeps a resource of another owner with one of its names', async () => {
    const { environment, process } = createEnvironment();
    await environment.createCluster(process);
    await made(environment, 'addresses', 'web-shop', {
      region: cluster.region,
      description: 'of the web shop',
      labels: {},
    });
    const run = await deleted(environment, process);
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect(environment.compute.listResourceNames()).toEqual(['addresses web-shop']);
  });

  test('does not succeed while a resource cannot be deleted', async () => {
    const { environment, process } = createEnvironment();
    await environment.createCluster(process);
    environment.compute.faults.plan({
      call: /^list addresses$/,
      when: 'before',
      times: 100,
      error: () => new KthwError('cloud-denied', { doing: 'listing every address' }),
    });
    const run = await deleted(environment, process);
    expect(await environment.getOutcome(run)).toBe('failed');
    expect((await environment.store.read('cluster', 'demo'))?.value.settledState).toBe('failed');
    environment.clearFaults();
    expect(await process.clusterService.resumeRun('demo', environment.requester)).toEqual({ run });
    await environment.waitForRun(run);
    await expectNothingLeft(environment);
  });

  test('deletes all secrets, including those that no step uses', async () => {
    const { environment, process } = createEnvironment();
    await environment.createCluster(process);
    const vault = environment.vaults.createProvider(environment.store).getVault('demo');
    await vault.getOrCreate('zz/of-a-newer-release', () => new Secret('s'));
    for (const path of ['ssh/key', 'ca', 'encryption/key']) await vault.delete(path);
    await deleted(environment, process);
    await expectNothingLeft(environment);
  });
});

describe('a delete after a create', () => {
  const steps = plan(phases, cluster, { operation: operations.create });
  const first = phases.flatMap(({ name }) => steps.find((p) => p.phase.name === name && p.step.apply) ?? []);

  test.each(first.map((p) => [p.phase.name, p.id] as const))(
    'deletes everything if the create failed in %s',
    async (_, id) => {
      const { environment } = createEnvironment();
      const process = environment.createProcess({
        onKillPoint(step, point) {
          if (step === id && point === 'before-call') throw new KthwError('quota', { doing: 'this step' });
        },
      });
      const run = await environment.createCluster(process);
      expect(await environment.getOutcome(run)).toBe('failed');
      await deleted(environment, process);
      await expectNothingLeft(environment);
    },
  );

  const tampered = [
    ['firewalls', 'demo-allow-external', { sourceRanges: ['10.0.0.0/8'] }],
    ['instances', 'demo-worker-0', { machineType: 'e2-standard-4' }],
    ['routes', 'demo-worker-0-pods', { nextHop: '10.240.0.99' }],
    ['forwardingRules', 'demo', { ports: '443' }],
  ] as const;
  test.each(tampered)('deletes everything if the create stopped at a conflict in %s', async (kind, name, change) => {
    const { environment, process } = createEnvironment();
    await environment.createCluster(process);
    environment.compute.tamper(kind, name, change);
    const run = await environment.repeatOperation(process, 'create');
    expect(await environment.getOutcome(run)).toBe('failed');
    await deleted(environment, process);
    await expectNothingLeft(environment);
  });
});
