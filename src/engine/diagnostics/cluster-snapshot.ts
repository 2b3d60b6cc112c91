import type { ClusterSpec } from '../../store/records.ts';
import { deriveCluster, type Instance, type WorkerInstance } from '../cluster/cluster.ts';
import { toStepError } from '../cluster/errors.ts';
import { publicAddressOutput } from '../cluster/outputs.ts';
import type { InspectedInstance } from './diagnose.ts';
import { getBackendHealth, getNodeReadiness } from './get-node-readiness.ts';
import { type InspectionAccess, type InspectionDeps, inspectCluster, readOutputs } from './inspect-instances.ts';

/** State of a cluster at one moment, read outside of runs. */
export interface ClusterSnapshot {
  readonly cluster: string;
  readonly spec: ClusterSpec;
  readonly at: Date;
  readonly instances: readonly InstanceSnapshot[];
  /** Public API address, and the health of controllers as load balancer backends. */
  readonly loadBalancer: { readonly address?: string; readonly backendHealth?: ReadonlyMap<string, boolean> };
  /** Reasons why parts could not be read. */
  readonly errors: readonly string[];
}

export interface InstanceSnapshot extends Pick<Instance, 'name' | 'role' | 'address'> {
  readonly podCidr?: string;
  /** Whether the instance exists; undefined if Compute Engine could not be reached. */
  readonly exists?: boolean;
  readonly status?: string;
  readonly externalAddress?: string;
  /** Undefined if etcd could not be reached. */
  readonly isEtcdLeader?: boolean;
  /** Kubernetes services that are not active. Undefined if the instance could not be inspected. */
  readonly inactiveServices?: readonly string[];
  /** Ready condition of its node; undefined without a node or if the API server could not be reached. */
  readonly nodeReady?: boolean;
}

/** Short because a user waits for the result. */
const deadlineMs = 7_000;

/** Reads instances, load balancer and nodes concurrently, for up to 7 s. */
export async function takeClusterSnapshot(
  deps: InspectionDeps,
  spec: ClusterSpec,
  access: InspectionAccess,
): Promise<ClusterSnapshot> {
  const outputs = await readOutputs(deps);
  const cluster = deriveCluster(spec);
  const address = publicAddressOutput.schema.safeParse(outputs[publicAddressOutput.name]).data;
  const errors: string[] = [];
  async function tryInspect<T>(subject: string, inspect: () => Promise<T>): Promise<T | undefined> {
    try {
      return await inspect();
    } catch (error) {
      errors.push(`${subject}: ${toStepError(error, 'inspection').message}`);
      return undefined;
    }
  }
  const signal = AbortSignal.timeout(deadlineMs);
  const [{ instances: inspections }, backendHealth, nodeReadiness] = await Promise.all([
    inspectCluster(deps, spec, outputs, access, deadlineMs),
    tryInspect('load balancer', () => getBackendHealth(deps.compute, cluster, signal)),
    address === undefined ? undefined : tryInspect('nodes', () => getNodeReadiness(deps, address, signal)),
  ]);
  errors.push(...inspections.flatMap(listErrors));
  if (access === 'api') errors.push('services and etcd: needs SSH, and you have read-only access');
  return {
    cluster: spec.name,
    spec,
    at: new Date(),
    instances: cluster.instances.map((instance, i) => buildInstanceSnapshot(instance, inspections[i], nodeReadiness)),
    loadBalancer: { ...(address ? { address } : {}), ...(backendHealth ? { backendHealth } : {}) },
    errors,
  };
}

/** Prefixes errors with the instance name unless they start with it. */
function listErrors({ name, error }: InspectedInstance): string[] {
  if (error === undefined) return [];
  return [error.startsWith(name) ? error : `${name}: ${error}`];
}

function buildInstanceSnapshot(
  instance: Instance,
  inspection: InspectedInstance | undefined,
  nodeReadiness: ReadonlyMap<string, boolean> | undefined,
): InstanceSnapshot {
  const { name, role, address } = instance;
  const { computeState, metrics } = inspection ?? {};
  const nodeReady = nodeReadiness?.get(name);
  return {
    name,
    role,
    address,
    ...(isWorker(instance) ? { podCidr: instance.podCidr } : {}),
    ...(computeState === undefined
      ? {}
      : computeState === 'none'
        ? { exists: false }
        : { exists: true, ...computeState }),
    ...(metrics?.etcd?.isLeader === undefined ? {} : { isEtcdLeader: metrics.etcd.isLeader }),
    ...(metrics
      ? { inactiveServices: metrics.services.flatMap(({ name, active }) => (active === 'active' ? [] : [name])) }
      : {}),
    ...(role === 'worker' && nodeReady !== undefined ? { nodeReady } : {}),
  };
}

function isWorker(instance: Instance): instance is WorkerInstance {
  return instance.role === 'worker';
}
