import type { Cluster } from '../cluster/cluster.ts';
import { getResourceNames } from '../cluster/resource-names.ts';

/** A part of a cluster that doesn't exist or doesn't work, although the last run set it up. */
export interface MissingPart {
  /** For example `demo-worker-1 is stopped (TERMINATED)`. */
  readonly problem: string;
  /** Command that repairs it. */
  readonly repair: string;
}

/** State of a cluster, read within seconds. An undefined part could not be read and counts as unknown. */
export interface ClusterObservation {
  /** Status by name, for example `RUNNING`; `none` for a missing instance. */
  readonly instanceStatuses: ReadonlyMap<string, string>;
  /** The reserved IP address; `none` if it doesn't exist. */
  readonly reservedAddress?: string | undefined;
  /** Whether each registered node is ready. */
  readonly nodeReadiness?: ReadonlyMap<string, boolean> | undefined;
  /** Whether each control plane node is healthy in the load balancer. */
  readonly backendHealth?: ReadonlyMap<string, boolean> | undefined;
}

/** Compares what a cluster should have with what was observed. Pure. @param recordedAddress the address in its kubeconfigs */
export function findMissingParts(
  cluster: Cluster,
  { instanceStatuses, reservedAddress, nodeReadiness, backendHealth }: ClusterObservation,
  recordedAddress: string | undefined,
): readonly MissingPart[] {
  const { name: clusterName, zone } = cluster;
  const diagnose = `/kthw doctor ${clusterName}`;
  const rebuildFrom = (phase: string) => `/kthw rebuild ${clusterName} --from ${phase}`;
  const instanceParts = cluster.instances.flatMap(({ name, role }): MissingPart[] => {
    const status = instanceStatuses.get(name);
    if (status === undefined) return [];
    if (status === 'none') return [{ problem: `${name} is missing`, repair: rebuildFrom(`${role}s`) }];
    if (status !== 'RUNNING')
      return [
        {
          problem: `${name} is not running (${status})`,
          repair: `gcloud compute instances start ${name} --zone ${zone}`,
        },
      ];
    const isNodeReady = role === 'worker' ? nodeReadiness && (nodeReadiness.get(name) ?? 'none') : undefined;
    if (isNodeReady === 'none') return [{ problem: `node ${name} is not registered`, repair: rebuildFrom('workers') }];
    if (isNodeReady === false) return [{ problem: `node ${name} is not ready`, repair: diagnose }];
    if (role === 'controller' && backendHealth?.get(name) === false)
      return [{ problem: `${name} is unhealthy in the load balancer`, repair: diagnose }];
    return [];
  });
  const isAddressLost =
    recordedAddress !== undefined && reservedAddress !== undefined && reservedAddress !== recordedAddress;
  const address = `static IP address ${getResourceNames(cluster).address}`;
  return [
    ...instanceParts,
    ...(isAddressLost
      ? [
          {
            problem: reservedAddress === 'none' ? `${address} is missing` : `${address} is now ${reservedAddress}`,
            repair: rebuildFrom('static-ip'),
          },
        ]
      : []),
  ];
}
