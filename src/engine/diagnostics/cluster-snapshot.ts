import { z } from 'zod';
import type { ClusterRecord, ClusterSpec } from '../../store/records.ts';
import type { Vault } from '../../store/vault/vault.ts';
import { type Cluster, deriveCluster, type Instance, type WorkerInstance } from '../cluster/cluster.ts';
import { KthwError, toStepError } from '../cluster/errors.ts';
import { publicAddressOutput } from '../cluster/outputs.ts';
import { getResourceNames } from '../cluster/resource-names.ts';
import { vaultPaths } from '../cluster/vault-paths.ts';
import type { ComputeClient } from '../gcp/compute/compute-client.ts';
import type { KubeClient } from '../kubernetes/kube-client.ts';
import { getCertificate } from '../pki/pack-certificate.ts';
import type { SshClient } from '../ssh/ssh-client.ts';
import type { InspectedInstance } from './diagnose.ts';
import { inspectInstances } from './inspect-instances.ts';

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

interface SnapshotDeps {
  readonly compute: ComputeClient;
  readonly kube: KubeClient;
  readonly vault: Vault;
  openSshClient(spec: ClusterSpec): Promise<SshClient>;
}

/** Short because a user waits for the result. */
const deadlineMs = 7_000;

const NodeList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }),
    }),
  ),
});

/** Reads instances, load balancer and nodes concurrently, for up to 7 s. @param outputs outputs of finished runs */
export async function takeClusterSnapshot(
  deps: SnapshotDeps,
  spec: ClusterSpec,
  outputs: ClusterRecord['outputs'],
): Promise<ClusterSnapshot> {
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
  const [inspections, backendHealth, nodeReadiness] = await Promise.all([
    inspectClusterInstances(deps, spec, outputs),
    tryInspect('load balancer', () => getBackendHealth(deps.compute, cluster, signal)),
    address === undefined ? undefined : tryInspect('nodes', () => getNodeReadiness(deps, address, signal)),
  ]);
  errors.push(...inspections.flatMap(listErrors));
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

async function inspectClusterInstances(
  { compute, vault, openSshClient }: SnapshotDeps,
  spec: ClusterSpec,
  outputs: ClusterRecord['outputs'],
): Promise<readonly InspectedInstance[]> {
  const cluster = deriveCluster(spec);
  const ssh = await openSshClient(spec);
  try {
    const { instances } = await inspectInstances(
      {
        cluster,
        compute,
        vault,
        ssh,
        signal: new AbortController().signal,
        findOutput: ({ name, schema }) => (outputs[name] === undefined ? undefined : schema.parse(outputs[name])),
      },
      cluster.instances,
      deadlineMs,
    );
    return instances;
  } finally {
    await ssh.close();
  }
}

async function getBackendHealth(
  compute: ComputeClient,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, boolean>> {
  const states = await compute.getPoolHealth(
    { name: getResourceNames(cluster).targetPool, region: cluster.region },
    signal,
  );
  return new Map([...states].map(([name, state]) => [name, state === 'HEALTHY']));
}

/** Ready condition by node name. */
async function getNodeReadiness(
  { kube, vault }: SnapshotDeps,
  address: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, boolean>> {
  const [authority, admin] = await Promise.all([
    getCertificate(vault, vaultPaths.ca),
    getCertificate(vault, vaultPaths.certificate('admin')),
  ]);
  const api = kube.connect({ address, caCertificate: authority.certificate, ...admin });
  const { status, body } = await api.request('GET', '/api/v1/nodes', signal);
  if (status !== 200) throw new KthwError('api-refused', { doing: 'listing nodes', status });
  const { items } = NodeList.parse(body);
  return new Map(
    items.map(({ metadata, status }) => [
      metadata.name,
      status.conditions.some(({ type, status: conditionStatus }) => type === 'Ready' && conditionStatus === 'True'),
    ]),
  );
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
