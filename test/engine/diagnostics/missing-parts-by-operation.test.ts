import { describe, expect, test } from 'vitest';
import { allowAllPolicy } from '../../../src/commands/authorization/policy.ts';
import { doctor } from '../../../src/commands/doctor.ts';
import { kubeconfig } from '../../../src/commands/kubeconfig.ts';
import { renderRunReply } from '../../../src/commands/render-run-reply.ts';
import type { MissingPartKind } from '../../../src/engine/diagnostics/find-missing-parts.ts';
import { operations } from '../../../src/engine/phases/operations.ts';
import type { ClusterService, StartResultOrNotFound } from '../../../src/engine/service/cluster-service.ts';
import type { Operation } from '../../../src/engine/workflow/operation.ts';
import { buildSpec, type RunEnvironment } from '../../fakes/run-environment.ts';
import { createReadyCluster } from '../../fixtures/ready-cluster.ts';

const ref = { zone: 'us-west1-c', region: 'us-west1' };
const { signal } = new AbortController();
const buildCall = () => ({ requestId: `${Math.random()}`, signal });
const spec = { controllers: 3, workers: 2 } as const;

/** What happened to the cluster outside kthw. */
interface Damage {
  readonly problem: string;
  readonly kind?: MissingPartKind;
  cause(environment: RunEnvironment): Promise<unknown>;
}

async function deleteInstance({ compute }: RunEnvironment, name: string): Promise<void> {
  await compute.instances.delete({ ...ref, name }, buildCall());
}

async function recreate(environment: RunEnvironment, name: string): Promise<void> {
  const found = await environment.compute.instances.get({ ...ref, name }, signal);
  if (!found) throw new Error(`there is no instance ${name}`);
  await deleteInstance(environment, name);
  await environment.compute.instances.insert(found, buildCall());
  await environment.clock.sleep(60_000, signal);
}

async function restart({ compute, clock }: RunEnvironment, name: string): Promise<void> {
  await compute.stopInstance({ ...ref, name }, buildCall());
  await compute.startInstance({ ...ref, name }, buildCall());
  await clock.sleep(60_000, signal);
}

async function stopUnit({ ssh }: RunEnvironment, name: string, unit: string): Promise<void> {
  if (!ssh.findHostByName(name)?.runningServices.delete(unit)) throw new Error(`${unit} did not run on ${name}`);
}

const damages: Readonly<Record<string, Damage>> = {
  'a deleted worker': {
    kind: 'instanceMissing',
    problem: 'demo-worker-1 is missing',
    cause: (environment) => deleteInstance(environment, 'demo-worker-1'),
  },
  'a deleted control plane node': {
    kind: 'instanceMissing',
    problem: 'demo-controller-1 is missing',
    cause: (environment) => deleteInstance(environment, 'demo-controller-1'),
  },
  'a stopped worker': {
    kind: 'instanceStopped',
    problem: 'demo-worker-1 is not running (TERMINATED)',
    cause: ({ compute }) => compute.stopInstance({ ...ref, name: 'demo-worker-1' }, buildCall()),
  },
  'a recreated worker': {
    kind: 'instanceReplaced',
    problem: 'demo-worker-1 was recreated outside kthw',
    cause: (environment) => recreate(environment, 'demo-worker-1'),
  },
  'a restarted worker with another address': {
    problem: '',
    cause: (environment) => restart(environment, 'demo-worker-1'),
  },
  'an unregistered node': {
    kind: 'nodeMissing',
    problem: 'node demo-worker-1 is not registered',
    cause: (environment) => stopUnit(environment, 'demo-worker-1', 'kubelet'),
  },
  'a node that is not ready': {
    kind: 'nodeNotReady',
    problem: 'node demo-worker-1 is not ready',
    cause: async ({ kube }) => kube.unreadyNodes.set('demo-worker-1', 'PLEG is not healthy'),
  },
  'an unhealthy etcd member': {
    kind: 'memberUnhealthy',
    problem: 'etcd on demo-controller-1 is unhealthy',
    cause: (environment) => stopUnit(environment, 'demo-controller-1', 'etcd'),
  },
  'an unhealthy API server': {
    kind: 'memberUnhealthy',
    problem: 'demo-controller-1 is unhealthy in the load balancer',
    cause: (environment) => stopUnit(environment, 'demo-controller-1', 'kube-apiserver'),
  },
  'another static IP address': {
    kind: 'addressLost',
    problem: 'static IP address demo is missing',
    cause: async ({ compute }) => {
      await compute.forwardingRules.delete({ name: 'demo', region: ref.region }, buildCall());
      await compute.addresses.delete({ name: 'demo', region: ref.region }, buildCall());
    },
  },
};

type Starter = (service: ClusterService, requester: RunEnvironment['requester']) => Promise<StartResultOrNotFound>;

/** Requests for runs by operation, except for create and delete, which tests below cover. */
const starters = {
  smoke: (service, requester) => service.runSmokeTest('demo', requester, 'C1'),
  rebuild: (service, requester) => service.rebuildCluster('demo', { fromPhase: 'workers', requester, channel: 'C1' }),
  resize: (service, requester) =>
    service.resizeCluster('demo', { machineType: 'e2-standard-4', requester, channel: 'C1' }),
  scale: (service, requester) => service.scaleCluster('demo', { workers: 3, requester, channel: 'C1' }),
} as const satisfies Record<Exclude<keyof typeof operations, 'create' | 'delete'>, Starter>;

async function damage(name: string) {
  const { cause, problem, kind } = damages[name] ?? { cause: async () => {}, problem: '' };
  const { environment, process } = await createReadyCluster(spec);
  await cause(environment);
  return { environment, service: process.clusterService, problem, kind };
}

describe.each(Object.keys(damages))('with %s', (name) => {
  test('every request for a run reports it, and only those that need it are refused', async () => {
    const { environment, service, problem, kind } = await damage(name);
    for (const [operation, start] of Object.entries(starters)) {
      const { blockedBy = [] }: Operation = operations[operation as keyof typeof starters];
      const isBlocked = kind !== undefined && blockedBy.includes(kind);
      const result = await start(service, environment.requester);
      expect('run' in result, operation).toBe(!isBlocked);
      const reply = await renderRunReply('demo', result, { markdown: 'started' }, service);
      expect(JSON.stringify(reply.blocks), operation).toContain(problem);
      if (problem === '') expect(result, operation).not.toHaveProperty('missingParts');
      if (!('run' in result)) continue;
      await service.cancelRun('demo', environment.requester, result.run);
      await environment.waitForRun(result.run);
    }
  });

  test('create, resume, kubeconfig and doctor report it', async () => {
    const { environment, service, problem } = await damage(name);
    const { requester } = environment;
    const results = [
      await service.createCluster({ spec: buildSpec(spec), requester, channel: 'C1' }),
      await service.resumeRun('demo', requester),
    ];
    for (const result of results) {
      expect(result).toEqual({ unchanged: 'ready' });
      const reply = await renderRunReply('demo', result, { markdown: '' }, service);
      expect(JSON.stringify(reply.blocks)).toContain(problem);
    }
    const request = { requester, channel: 'C1' } as never;
    const deps = { clusterService: service, policy: allowAllPolicy, authorize: async () => undefined } as never;
    const issued = await kubeconfig.run({ ...(request as object), args: { name: 'demo', hours: 1 } } as never, deps);
    expect(JSON.stringify(issued)).toContain(problem);
    const report = await doctor.run({ ...(request as object), args: { name: 'demo' } } as never, deps);
    expect(JSON.stringify(report)).toContain(problem);
  });

  test('delete deletes everything', async () => {
    const { environment, service } = await damage(name);
    const run = await environment.finishRun(service.deleteCluster('demo', environment.requester, 'C1'));
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect(environment.compute.listResourceNames()).toEqual([]);
  });
});

describe('a scale', () => {
  test.each(['a deleted worker', 'a recreated worker', 'a restarted worker with another address'])(
    'repairs %s',
    async (name) => {
      const { environment, service } = await damage(name);
      const run = await environment.finishRun(starters.scale(service, environment.requester));
      expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
      expect(await service.listMissingParts('demo')).toEqual([]);
    },
  );

  test('removes a stopped worker', async () => {
    const { environment, service } = await damage('a stopped worker');
    const request = { workers: 1, requester: environment.requester, channel: 'C1' };
    const run = await environment.finishRun(service.scaleCluster('demo', request));
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect(await service.listMissingParts('demo')).toEqual([]);
  });
});

describe('a rebuild', () => {
  test.each(['a deleted worker', 'a recreated worker', 'an unregistered node'])('repairs %s', async (name) => {
    const { environment, service } = await damage(name);
    const run = await environment.finishRun(starters.rebuild(service, environment.requester));
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect(await service.listMissingParts('demo')).toEqual([]);
  });
});

/** Executes the command of a repair, as a user would type it. */
async function executeRepair({ environment, service }: Awaited<ReturnType<typeof damage>>, repair: string) {
  const { requester } = environment;
  const [, fromPhase] = /^\/kthw rebuild demo --from (\S+)$/.exec(repair) ?? [];
  const [, stopped] = /^gcloud compute instances start (\S+) --zone us-west1-c$/.exec(repair) ?? [];
  if (fromPhase !== undefined) {
    const run = await environment.finishRun(service.rebuildCluster('demo', { fromPhase, requester, channel: 'C1' }));
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
  } else if (stopped !== undefined) {
    await environment.compute.startInstance({ ...ref, name: stopped }, buildCall());
    await environment.clock.sleep(60_000, signal);
  } else throw new Error(`not a repair: ${repair}`);
}

const repairable = Object.keys(damages).filter((name) => !/not ready|unhealthy|another address$/.test(name));

test.each(repairable)('the advised command repairs %s', async (name) => {
  const damaged = await damage(name);
  const [part, ...others] = await damaged.service.listMissingParts('demo');
  expect(others).toEqual([]);
  await executeRepair(damaged, part?.repair ?? '');
  expect(await damaged.service.listMissingParts('demo')).toEqual([]);
  const run = await damaged.environment.finishRun(starters.smoke(damaged.service, damaged.environment.requester));
  expect(await damaged.environment.getOutcome(run)).toBe('succeeded');
});
