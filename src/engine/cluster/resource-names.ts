import type { ClusterSpec } from '../../store/records.ts';

type NamedCluster = Pick<ClusterSpec, 'name'>;

/** Every name starts with the cluster's, so that clusters live side by side in one project. */
export function getResourceNames({ name }: NamedCluster) {
  return {
    network: name,
    subnet: `${name}-subnet`,
    address: name,
    allowInternal: `${name}-allow-internal`,
    allowExternal: `${name}-allow-external`,
    allowSsh: `${name}-allow-ssh`,
    allowHealthCheck: `${name}-allow-health-check`,
    healthCheck: name,
    targetPool: name,
    forwardingRule: name,
    podRoute: (worker: string) => `${worker}-pods`,
  } as const;
}

/** What can't carry labels says in its description whose it is. */
export function getOwnershipDescription({ name }: NamedCluster): string {
  return `kthw cluster ${name}`;
}

export function getOwnershipLabels({ name }: NamedCluster): Readonly<Record<string, string>> {
  return { 'kthw-cluster': name };
}
