import type { ClusterSpec } from '../../store/records.ts';

type NamedCluster = Pick<ClusterSpec, 'name'>;

/** Every name starts with the cluster's name, so that clusters can share a project. */
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

/** Ownership mark of resources that can't have labels. */
export function getOwnershipDescription({ name }: NamedCluster): string {
  return `kthw cluster ${name}`;
}

export function getOwnershipLabels({ name }: NamedCluster): Readonly<Record<string, string>> {
  return { 'kthw-cluster': name };
}
