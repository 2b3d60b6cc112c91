import { createHash } from 'node:crypto';
import { getResourceNames } from '../../src/engine/cluster/resource-names.ts';
import { vaultPaths } from '../../src/engine/cluster/vault-paths.ts';
import { operations } from '../../src/engine/phases/operations.ts';
import { phases } from '../../src/engine/phases/sort-phases.ts';
import { getCertificate } from '../../src/engine/pki/pack-certificate.ts';
import { planRun } from '../../src/engine/workflow/plan.ts';
import type { ClusterSpec } from '../../src/store/records.ts';
import type { RunEnvironment } from '../fakes/run-environment.ts';
import { buildCluster } from '../fixtures/cluster.ts';

/** State of an environment after a run, reduced to what is comparable between environments. */
export interface Seen {
  readonly end: string | undefined;
  /** Number of finish events of the run. */
  readonly ends: number;
  readonly cluster: object;
  readonly resources: readonly string[];
  /** Open SSH access: enabled firewall rules, and instances with a key. */
  readonly open: readonly string[];
  /** Resources not created exactly once, with the count. */
  readonly madeAgain: readonly string[];
  /** Steps not finished exactly once. */
  readonly unsteady: readonly string[];
  readonly troubles: readonly object[];
  /** Digests of the CA certificate on all hosts and in the vault: exactly one unless the CA was created twice. */
  readonly authorities: number;
  readonly files: readonly string[];
  readonly objects: readonly string[];
}

/** Inspects a cluster and its last run. */
export async function look(world: RunEnvironment, spec: ClusterSpec): Promise<Seen> {
  // Resources to be deleted no longer exist then.
  await world.clock.sleep(60_000, new AbortController().signal);
  const record = (await world.store.read('cluster', spec.name))?.value;
  const run = record?.runs.at(-1) ?? '';
  const asked = (await world.store.read('run', run))?.value;
  const there = asked?.operation !== 'delete';
  const view = await world.createProcess().clusterService.getRunView(run);
  const steps = (await world.listEvents(run, 'step.finished')).map(({ step }) => step);
  const planned = (asked ? (planRun(phases, operations, { ...asked, spec }) ?? []) : []).map(({ id }) => id);
  const address = String(record?.outputs['public-address'] ?? '');
  return {
    end: await world.getOutcome(run),
    ends: (await world.listEvents(run, 'run.finished')).length,
    cluster: { state: record?.state, held: record?.activeRun !== undefined, facts: record?.outputs },
    resources: world.compute.listResourceNames(),
    open: await openIn(world, spec),
    madeAgain: [...world.compute.getInsertCounts()]
      .filter(([, times]) => times !== 1)
      .map(([name, times]) => `${name} ${times}`),
    unsteady: planned.filter((key) => steps.filter((step) => step === key).length !== 1),
    troubles: view?.problems ?? [],
    authorities: there ? (await authoritiesIn(world, spec)).size : 0,
    files: there ? filesIn(world, spec) : [],
    objects: there ? world.kube.listObjectPaths(address) : [],
  };
}

async function openIn({ compute }: RunEnvironment, spec: ClusterSpec): Promise<string[]> {
  const rule = await compute.firewalls.get({ name: getResourceNames(spec).allowSsh }, new AbortController().signal);
  const machines = compute.listInstances().filter((machine) => machine.spec.metadata['ssh-keys'] !== undefined);
  return [...(rule && !rule.disabled ? [rule.name] : []), ...machines.map(({ name }) => name)].sort();
}

async function authoritiesIn(world: RunEnvironment, spec: ClusterSpec): Promise<ReadonlySet<string | undefined>> {
  const vault = world.vaults.createProvider(world.store).getVault(spec.name);
  const { certificate } = await getCertificate(vault, vaultPaths.ca);
  const places = ['/var/lib/kubernetes/ca.pem', '/etc/etcd/ca.pem'];
  const onMachines = buildCluster(spec).instances.flatMap(({ name }) => {
    const files = world.ssh.findHostByName(name)?.files;
    return places.flatMap((path) => files?.get(path) ?? []);
  });
  return new Set([createHash('sha256').update(certificate).digest('hex'), ...onMachines]);
}

function filesIn(world: RunEnvironment, spec: ClusterSpec): string[] {
  return buildCluster(spec).instances.flatMap(({ name }) =>
    [...(world.ssh.findHostByName(name)?.files.keys() ?? [])].map((path) => `${name}:${path}`).sort(),
  );
}
