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
export interface ClusterState {
  readonly outcome: string | undefined;
  /** Number of finish events of the run. */
  readonly endCount: number;
  readonly cluster: object;
  readonly resources: readonly string[];
  /** Open SSH access: enabled firewall rules, and instances with a key. */
  readonly openSshAccess: readonly string[];
  /** Resources not created exactly once, with the count. */
  readonly duplicates: readonly string[];
  /** Steps not finished exactly once. */
  readonly unsteadySteps: readonly string[];
  readonly problems: readonly object[];
  /** Digests of the CA certificate on all hosts and in the vault: exactly one unless the CA was created twice. */
  readonly caDigestCount: number;
  readonly files: readonly string[];
  readonly objects: readonly string[];
}

/** Each run has another name for the namespace of its smoke test. */
function normalizeOutputs(outputs: object | undefined): object | undefined {
  if (!outputs) return undefined;
  const normalized = Object.entries(outputs).map(([name, value]) => {
    if (name === 'smoke-namespace') return [name, 'kthw-smoke-…'];
    return [name, name.startsWith('instance-id/') ? 'id' : value];
  });
  return Object.fromEntries(normalized);
}

/** Inspects a cluster and its last run. */
export async function inspectCluster(environment: RunEnvironment, spec: ClusterSpec): Promise<ClusterState> {
  // Resources to be deleted no longer exist then.
  await environment.clock.sleep(60_000, new AbortController().signal);
  const record = (await environment.store.read('cluster', spec.name))?.value;
  const run = record?.runs.at(-1) ?? '';
  const request = (await environment.store.read('run', run))?.value;
  const exists = request?.operation !== 'delete';
  const view = await environment.createProcess().clusterService.getRunView(run);
  const steps = (await environment.listEvents(run, 'step.finished')).map(({ step }) => step);
  const planned = (request ? (planRun(phases, operations, { ...request, spec }) ?? []) : []).map(({ id }) => id);
  const address = String(record?.outputs['public-address'] ?? '');
  return {
    outcome: await environment.getOutcome(run),
    endCount: (await environment.listEvents(run, 'run.finished')).length,
    cluster: {
      state: record?.settledState,
      isLocked: record?.activeRun !== undefined,
      outputs: normalizeOutputs(record?.outputs),
    },
    resources: environment.compute.listResourceNames(),
    openSshAccess: await listOpenSshAccess(environment, spec),
    duplicates: [...environment.compute.getInsertCounts()]
      .filter(([, times]) => times !== 1)
      .map(([name, times]) => `${name} ${times}`),
    unsteadySteps: planned.filter((key) => steps.filter((step) => step === key).length !== 1),
    problems: view?.problems ?? [],
    caDigestCount: exists ? (await listCaDigests(environment, spec)).size : 0,
    files: exists ? listFiles(environment, spec) : [],
    objects: exists ? environment.kube.listObjectPaths(address) : [],
  };
}

async function listOpenSshAccess({ compute }: RunEnvironment, spec: ClusterSpec): Promise<string[]> {
  const rule = await compute.firewalls.get({ name: getResourceNames(spec).allowSsh }, new AbortController().signal);
  const machines = compute.listInstances().filter((machine) => machine.spec.metadata['ssh-keys'] !== undefined);
  return [...(rule && !rule.disabled ? [rule.name] : []), ...machines.map(({ name }) => name)].sort();
}

async function listCaDigests(environment: RunEnvironment, spec: ClusterSpec): Promise<ReadonlySet<string | undefined>> {
  const vault = environment.vaults.createProvider(environment.store).getVault(spec.name);
  const { certificate } = await getCertificate(vault, vaultPaths.ca);
  const caPaths = ['/var/lib/kubernetes/ca.pem', '/etc/etcd/ca.pem'];
  const onMachines = buildCluster(spec).instances.flatMap(({ name }) => {
    const files = environment.ssh.findHostByName(name)?.files;
    return caPaths.flatMap((path) => files?.get(path) ?? []);
  });
  return new Set([createHash('sha256').update(certificate).digest('hex'), ...onMachines]);
}

function listFiles(environment: RunEnvironment, spec: ClusterSpec): string[] {
  return buildCluster(spec).instances.flatMap(({ name }) =>
    [...(environment.ssh.findHostByName(name)?.files.keys() ?? [])].map((path) => `${name}:${path}`).sort(),
  );
}
