import type { ClusterSpec } from '../../store/records.ts';
import type { Outputs } from '../../store/vault/vault.ts';
import { deriveCluster, type Instance } from '../cluster/cluster.ts';
import { KthwError, toStepError } from '../cluster/errors.ts';
import { getHostKeysOutput } from '../cluster/outputs.ts';
import type { MachineType } from '../gcp/compute/compute-client.ts';
import type { SshClient, SshHost } from '../ssh/ssh-client.ts';
import { connectAt } from '../steps/connect-to-instance.ts';
import type { StepContext } from '../steps/step-context.ts';
import { type Diagnosis, diagnose, type InspectedInstance } from './diagnose.ts';
import { collectMetrics } from './host-metrics.ts';

/** Default deadline per instance. */
const defaultDeadlineMs = 15_000;

/** How an inspection reads a cluster. `api`: without SSH, so that it changes no firewall rule and no metadata. */
export type InspectionAccess = 'ssh' | 'api';

/** Collects data from one instance. */
type HostCollector = (
  host: SshHost,
  options: { readonly deadlineMs: number; readonly signal: AbortSignal },
) => Promise<Pick<InspectedInstance, 'metrics' | 'facts'>>;

/** Without `ssh`, only Compute Engine is read. */
interface InspectionContext extends Pick<StepContext, 'cluster' | 'compute' | 'vault' | 'signal' | 'findOutput'> {
  readonly ssh: SshClient | undefined;
}

/**
 * Inspects instances concurrently, for up to `deadlineMs` (default 15 s). Uses current external addresses from Compute
 * Engine, because a restart changes the address that steps recorded. An unreachable instance becomes an issue.
 * @throws KthwError only `cancelled`
 */
export async function inspectInstances(
  c: InspectionContext,
  targets: readonly Instance[],
  deadlineMs = defaultDeadlineMs,
  collect: HostCollector = async (host, options) => ({ metrics: await collectMetrics(host, options) }),
): Promise<Diagnosis & { instances: InspectedInstance[] }> {
  const types = new Map<string, Promise<MachineType | undefined>>();
  const instances = await Promise.all(
    targets.map((target) => inspectInstance(c, target, types, { deadlineMs, collect })),
  );
  return { instances, ...diagnose(instances) };
}

/** What inspections outside of runs need. */
export interface InspectionDeps extends Pick<StepContext, 'compute' | 'kube' | 'vault'> {
  openSshClient(spec: ClusterSpec): Promise<SshClient>;
}

/** The outputs in the vault; none if it is unreadable, which every connection then reports. */
export async function readOutputs({ vault }: Pick<InspectionDeps, 'vault'>): Promise<Outputs> {
  return await vault.readOutputs().catch(() => ({}));
}

/** Inspects all instances of a cluster, outside of runs. */
export async function inspectCluster(
  { compute, vault, openSshClient }: InspectionDeps,
  spec: ClusterSpec,
  outputs: Outputs,
  access: InspectionAccess,
  ...options: [deadlineMs?: number, collect?: HostCollector]
): Promise<Diagnosis & { instances: InspectedInstance[] }> {
  const cluster = deriveCluster(spec);
  const findOutput: StepContext['findOutput'] = ({ name, schema }) =>
    outputs[name] === undefined ? undefined : schema.parse(outputs[name]);
  const ssh = access === 'ssh' ? await openSshClient(spec) : undefined;
  try {
    const context = { cluster, compute, vault, ssh, signal: new AbortController().signal, findOutput };
    return await inspectInstances(context, cluster.instances, ...options);
  } finally {
    await ssh?.close();
  }
}

async function inspectInstance(
  c: InspectionContext,
  target: Instance,
  types: Map<string, Promise<MachineType | undefined>>,
  { deadlineMs, collect }: { readonly deadlineMs: number; readonly collect: HostCollector },
): Promise<InspectedInstance> {
  const { cluster, compute, ssh } = c;
  const { name, role } = target;
  const signal = AbortSignal.any([c.signal, AbortSignal.timeout(deadlineMs)]);
  let result: InspectedInstance = { name, role };
  try {
    const found = await compute.instances.get({ name, zone: cluster.zone, region: cluster.region }, signal);
    if (!found) return { ...result, computeState: 'none', error: 'instance not found' };
    const { status, externalAddress } = found;
    result = { ...result, computeState: { status, ...(externalAddress ? { externalAddress } : {}) } };
    const pendingType =
      types.get(found.machineType) ?? compute.getMachineType({ ...found, name: found.machineType }, signal);
    types.set(found.machineType, pendingType);
    const machineType = await pendingType;
    if (machineType) result = { ...result, type: { name: found.machineType, ...machineType } };
    if (status !== 'RUNNING' || !externalAddress) return { ...result, error: `instance is ${status}` };
    if (!ssh) return result;
    // Not read here: Google limits the queries of an instance, and the run that waits for the keys needs them.
    const hostKeys = c.findOutput(getHostKeysOutput(target));
    if (!hostKeys) return { ...result, error: 'the SSH host key is not verified yet' };
    const host = await connectAt({ ...c, ssh }, target, { address: externalAddress, hostKeys });
    return { ...result, ...(await collect(host, { deadlineMs, signal })) };
  } catch (error) {
    if (c.signal.aborted) throw new KthwError('cancelled', {});
    const cause = signal.aborted
      ? new KthwError('deadline', { host: name, doing: 'inspection', seconds: deadlineMs / 1_000 })
      : error;
    return { ...result, error: toStepError(cause, `inspecting ${name}`).message };
  }
}
