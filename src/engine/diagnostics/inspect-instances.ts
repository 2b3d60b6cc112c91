import type { Instance } from '../cluster/cluster.ts';
import { getHostKeysOutput } from '../cluster/outputs.ts';
import type { MachineType } from '../gcp/compute/compute-client.ts';
import type { SshHost } from '../ssh/ssh-client.ts';
import { connectAt } from '../steps/host-step.ts';
import { KthwError, toStepError } from '../workflow/errors.ts';
import type { StepContext } from '../workflow/step.ts';
import { type Diagnosis, diagnose, type InspectedInstance } from './diagnose.ts';
import { collectMetrics } from './host-metrics.ts';

/** Longest that one machine is waited for, where nobody says otherwise. */
const defaultDeadlineMs = 15_000;

/** What is taken from each machine. */
type HostCollector = (
  host: SshHost,
  options: { readonly deadlineMs: number; readonly signal: AbortSignal },
) => Promise<Pick<InspectedInstance, 'metrics' | 'facts'>>;

/** What of a context a look at machines needs. */
export type InspectionContext = Pick<StepContext, 'cluster' | 'compute' | 'ssh' | 'vault' | 'signal' | 'findOutput'>;

/**
 * Looks at machines side by side, for up to `deadlineMs` (15 s), where the cloud says that they are now: a machine that was stopped and
 * started has another address than steps have found. One that can't be looked at is a finding.
 * @throws KthwError `cancelled` when the signal says so, and nothing else of the catalogue
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

async function inspectInstance(
  c: InspectionContext,
  target: Instance,
  types: Map<string, Promise<MachineType | undefined>>,
  { deadlineMs, collect }: { readonly deadlineMs: number; readonly collect: HostCollector },
): Promise<InspectedInstance> {
  const { cluster, compute } = c;
  const { name, role } = target;
  const signal = AbortSignal.any([c.signal, AbortSignal.timeout(deadlineMs)]);
  let result: InspectedInstance = { name, role };
  try {
    const found = await compute.instances.get({ name, zone: cluster.zone, region: cluster.region }, signal);
    if (!found) return { ...result, computeState: 'none', error: 'there is no such machine' };
    const { status, externalAddress } = found;
    result = { ...result, computeState: { status, ...(externalAddress ? { externalAddress } : {}) } };
    const pendingType =
      types.get(found.machineType) ?? compute.getMachineType({ ...found, name: found.machineType }, signal);
    types.set(found.machineType, pendingType);
    const machineType = await pendingType;
    if (machineType) result = { ...result, type: { name: found.machineType, ...machineType } };
    if (status !== 'RUNNING' || !externalAddress) return { ...result, error: `it is ${status}` };
    const keys =
      c.findOutput(getHostKeysOutput(target)) ?? (await compute.getHostKeys({ name, zone: cluster.zone }, signal));
    const host = await connectAt(c, target, { address: externalAddress, hostKeys: keys });
    return { ...result, ...(await collect(host, { deadlineMs, signal })) };
  } catch (error) {
    if (c.signal.aborted) throw new KthwError('cancelled', {});
    const cause = signal.aborted
      ? new KthwError('deadline', { host: name, doing: 'looking at it', seconds: deadlineMs / 1_000 })
      : error;
    return { ...result, error: toStepError(cause, `looking at ${name}`).message };
  }
}
