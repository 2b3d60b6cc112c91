import type { Cluster, Instance } from '../cluster/cluster.ts';
import { getResourceNames } from '../cluster/resource-names.ts';

export type MissingPartKind =
  | 'instanceMissing'
  | 'instanceStopped'
  /** Deleted and created again outside kthw. */
  | 'instanceReplaced'
  | 'nodeMissing'
  | 'nodeNotReady'
  | 'memberUnhealthy'
  | 'addressLost';

/** A part of a cluster that doesn't exist or doesn't work, although the last run set it up. */
export interface MissingPart {
  readonly kind: MissingPartKind;
  /** Instance that has the problem, if one has. */
  readonly instance?: string;
  /** For example `demo-worker-1 is stopped (TERMINATED)`. */
  readonly problem: string;
  /** Command that repairs it. */
  readonly repair: string;
}

/** State of a cluster, read within seconds. An undefined part could not be read and counts as unknown. */
export interface ClusterObservation {
  /** By name; `none` for a missing instance. */
  readonly instances: ReadonlyMap<string, ObservedInstance | 'none'>;
  /** The reserved IP address; `none` if it doesn't exist. */
  readonly reservedAddress?: string | undefined;
  /** Whether each registered node is ready. */
  readonly nodeReadiness?: ReadonlyMap<string, boolean> | undefined;
  /** Whether each control plane node is healthy in the load balancer. */
  readonly backendHealth?: ReadonlyMap<string, boolean> | undefined;
  /** Whether each etcd member is healthy, in the order of the control plane nodes. */
  readonly memberHealth?: readonly boolean[] | undefined;
}

interface ObservedInstance {
  readonly id: string;
  /** For example `RUNNING`. */
  readonly status: string;
}

/** What kthw recorded when it set up the cluster. */
interface RecordedCluster {
  /** The address in its kubeconfigs. */
  readonly address?: string | undefined;
  /** Ids of instances by name. */
  readonly instanceIds: ReadonlyMap<string, string>;
}

/** Compares what a cluster should have with what was observed. Pure. */
export function findMissingParts(
  cluster: Cluster,
  observed: ClusterObservation,
  recorded: RecordedCluster,
): readonly MissingPart[] {
  const { reservedAddress } = observed;
  const rebuild = `/kthw rebuild ${cluster.name} --from static-ip`;
  const isAddressLost =
    recorded.address !== undefined && reservedAddress !== undefined && reservedAddress !== recorded.address;
  const address = `static IP address ${getResourceNames(cluster).address}`;
  const problem = reservedAddress === 'none' ? `${address} is missing` : `${address} is now ${reservedAddress}`;
  return [
    ...cluster.instances.flatMap(({ name, role }, i) => {
      const part = findInstanceProblem(cluster, { name, role, index: i }, observed, recorded);
      return part ? [{ ...part, instance: name }] : [];
    }),
    ...(isAddressLost ? [{ kind: 'addressLost', problem, repair: rebuild } as const] : []),
  ];
}

/** @param index position among all instances, of which the control plane nodes are the first */
function findInstanceProblem(
  { name: clusterName, zone }: Cluster,
  { name, role, index }: { readonly name: string; readonly role: Instance['role']; readonly index: number },
  { instances, nodeReadiness, backendHealth, memberHealth }: ClusterObservation,
  { instanceIds }: RecordedCluster,
): MissingPart | undefined {
  const found = instances.get(name);
  if (found === undefined) return undefined;
  const diagnose = `/kthw doctor ${clusterName}`;
  const rebuild = `/kthw rebuild ${clusterName} --from ${role}s`;
  if (found === 'none') return { kind: 'instanceMissing', problem: `${name} is missing`, repair: rebuild };
  if (found.id !== (instanceIds.get(name) ?? found.id))
    return { kind: 'instanceReplaced', problem: `${name} was recreated outside kthw`, repair: rebuild };
  if (found.status !== 'RUNNING') {
    const repair = `gcloud compute instances start ${name} --zone ${zone}`;
    return { kind: 'instanceStopped', problem: `${name} is not running (${found.status})`, repair };
  }
  if (role === 'worker') {
    const isReady = nodeReadiness && (nodeReadiness.get(name) ?? 'none');
    if (isReady === 'none') return { kind: 'nodeMissing', problem: `node ${name} is not registered`, repair: rebuild };
    return isReady === false
      ? { kind: 'nodeNotReady', problem: `node ${name} is not ready`, repair: diagnose }
      : undefined;
  }
  if (memberHealth?.[index] === false)
    return { kind: 'memberUnhealthy', problem: `etcd on ${name} is unhealthy`, repair: diagnose };
  return backendHealth?.get(name) === false
    ? { kind: 'memberUnhealthy', problem: `${name} is unhealthy in the load balancer`, repair: diagnose }
    : undefined;
}
