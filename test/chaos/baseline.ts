import { createHash } from 'node:crypto';
import { getResourceNames } from '../../src/engine/cluster/resource-names.ts';
import { getCertificate, vaultPaths } from '../../src/engine/cluster/vault-paths.ts';
import { phases } from '../../src/engine/phases/registry.ts';
import { isOperation } from '../../src/engine/workflow/operations.ts';
import { plan } from '../../src/engine/workflow/plan.ts';
import type { ClusterSpec } from '../../src/store/records.ts';
import type { World } from '../fakes/run-environment.ts';
import { aCluster } from '../fixtures/cluster.ts';

/** What a world looks like once a run is over, as far as two worlds can be compared. */
export interface Seen {
  readonly end: string | undefined;
  /** How often the run said that it was over. */
  readonly ends: number;
  readonly cluster: object;
  readonly resources: readonly string[];
  /** What lets ssh in: rules for it that are on, and machines that have a key. */
  readonly open: readonly string[];
  /** Resources that were not made exactly once, with how often. */
  readonly madeAgain: readonly string[];
  /** Steps that were not finished exactly once. */
  readonly unsteady: readonly string[];
  readonly troubles: readonly object[];
  /** Digests of the authority's certificate on all machines and in the vault: one, unless two were made. */
  readonly authorities: number;
  readonly files: readonly string[];
  readonly objects: readonly string[];
}

/** Looks at a cluster and the last run on it. */
export async function look(world: World, spec: ClusterSpec): Promise<Seen> {
  // What was asked to go is gone by then.
  await world.clock.sleep(60_000, new AbortController().signal);
  const record = (await world.store.read('cluster', spec.name))?.value;
  const run = record?.runs.at(-1) ?? '';
  const asked = (await world.store.read('run', run))?.value;
  const operation = asked && isOperation(asked.operation) ? asked.operation : 'create';
  const there = operation !== 'delete';
  const view = await world.process().desk.getRunView(run);
  const steps = (await world.eventsOf(run, 'step.finished')).map(({ step }) => step);
  const planned = plan(phases, aCluster(spec), { ...asked, operation }).map(({ id }) => id);
  const address = String(record?.outputs['public-address'] ?? '');
  return {
    end: await world.endOf(run),
    ends: (await world.eventsOf(run, 'run.finished')).length,
    cluster: { state: record?.state, held: record?.activeRun !== undefined, facts: record?.outputs },
    resources: world.cloud.existing(),
    open: await openIn(world, spec),
    madeAgain: [...world.cloud.allMade()].filter(([, times]) => times !== 1).map(([name, times]) => `${name} ${times}`),
    unsteady: planned.filter((key) => steps.filter((step) => step === key).length !== 1),
    troubles: view?.problems ?? [],
    authorities: there ? (await authoritiesIn(world, spec)).size : 0,
    files: there ? filesIn(world, spec) : [],
    objects: there ? world.kube.objects(address) : [],
  };
}

async function openIn({ cloud }: World, spec: ClusterSpec): Promise<string[]> {
  const rule = await cloud.firewalls.get({ name: getResourceNames(spec).allowSsh }, new AbortController().signal);
  const machines = cloud.machines().filter((machine) => machine.spec.metadata['ssh-keys'] !== undefined);
  return [...(rule && !rule.disabled ? [rule.name] : []), ...machines.map(({ name }) => name)].sort();
}

async function authoritiesIn(world: World, spec: ClusterSpec): Promise<ReadonlySet<string | undefined>> {
  const vault = world.vaults.over(world.store).getVault(spec.name);
  const { certificate } = await getCertificate(vault, vaultPaths.ca);
  const places = ['/var/lib/kubernetes/ca.pem', '/etc/etcd/ca.pem'];
  const onMachines = aCluster(spec).instances.flatMap(({ name }) => {
    const files = world.remote.named(name)?.files;
    return places.flatMap((path) => files?.get(path) ?? []);
  });
  return new Set([createHash('sha256').update(certificate).digest('hex'), ...onMachines]);
}

function filesIn(world: World, spec: ClusterSpec): string[] {
  return aCluster(spec).instances.flatMap(({ name }) =>
    [...(world.remote.named(name)?.files.keys() ?? [])].map((path) => `${name}:${path}`).sort(),
  );
}
