import type { ClusterSpec } from '../../store/records.ts';
import { getOwnershipDescription, getOwnershipLabels, getResourceNames } from './resource-names.ts';

/** What marks a resource of each kind as a cluster's. Kinds without labels have a description, set when they are created. */
const ownershipMarks = {
  networks: 'description',
  subnetworks: 'description',
  firewalls: 'description',
  addresses: 'description',
  routes: 'description',
  healthChecks: 'description',
  targetPools: 'description',
  forwardingRules: 'description',
  instances: 'labels',
  disks: 'labels',
} as const;

/** Kinds of Compute Engine resources that a cluster has. */
export type ResourceKind = keyof typeof ownershipMarks;

/** Fields that decide who owns a resource. */
export interface MarkedResource {
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly network?: string;
}

/**
 * Whether a resource belongs to a cluster. Every read, change and deletion depends on it. A resource without the mark is
 * someone else's, whatever its name. A subnet must also be in the cluster's network. Pure.
 */
export function isOwned(
  kind: ResourceKind,
  resource: MarkedResource | undefined,
  cluster: Pick<ClusterSpec, 'name'>,
): boolean {
  if (!resource) return false;
  const isMarked =
    ownershipMarks[kind] === 'labels'
      ? Object.entries(getOwnershipLabels(cluster)).every(([key, value]) => resource.labels?.[key] === value)
      : resource.description === getOwnershipDescription(cluster);
  return isMarked && (kind !== 'subnetworks' || resource.network === getResourceNames(cluster).network);
}

/** The mark that a foreign resource lacks, to explain a conflict. */
export function describeMissingMark(kind: ResourceKind, resource: MarkedResource, cluster: Pick<ClusterSpec, 'name'>) {
  const field = ownershipMarks[kind];
  const format = (labels: Readonly<Record<string, string>> = {}) =>
    Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(', ');
  return field === 'labels'
    ? { field, desired: format(getOwnershipLabels(cluster)), actual: format(resource.labels) }
    : { field, desired: getOwnershipDescription(cluster), actual: resource.description ?? '' };
}
