import type { Cluster } from '../cluster/cluster.ts';
import { hasOwnershipLabels } from '../cluster/ownership-labels.ts';
import { getOwnershipDescription, getResourceNames } from '../cluster/resource-names.ts';
import type { ComputeClient, MutationOptions } from '../gcp/compute/compute-client.ts';
import type { StepContext } from './step-context.ts';

/** Kinds in the order of deletion: a resource follows all resources that refer to it. */
const resourceKinds = [
  'forwardingRules',
  'targetPools',
  'healthChecks',
  'instances',
  'disks',
  'routes',
  'firewalls',
  'addresses',
  'subnetworks',
  'networks',
] as const satisfies readonly (keyof ComputeClient)[];
type ResourceKind = (typeof resourceKinds)[number];

/** Fields of a listed resource that decide who owns it. */
export interface ListedResource {
  readonly kind: ResourceKind;
  readonly name: string;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly network?: string;
  readonly automatic?: boolean;
}

/** A resource that belongs to a cluster. */
export interface OrphanedResource {
  readonly kind: ResourceKind;
  readonly name: string;
  remove(call: MutationOptions): Promise<void>;
}

/** Lists all resources in the project that belong to a cluster, in the order of deletion. @throws KthwError */
export async function listOrphanedResources({
  compute,
  cluster,
  signal,
}: Pick<StepContext, 'compute' | 'cluster' | 'signal'>): Promise<readonly OrphanedResource[]> {
  const { region, zone } = cluster;
  const lists = await Promise.all(
    resourceKinds.map(async (kind) => {
      const resources = await compute[kind].list({ region, zone }, signal);
      return resources.map((resource) => ({ kind, ...resource }) as ListedResource);
    }),
  );
  return filterOwnedResources(lists.flat(), cluster).map(({ kind, name }) => ({
    kind,
    name,
    remove: (call) => compute[kind].delete({ name, region, zone }, call),
  }));
}

/**
 * Filters resources that belong to a cluster: by ownership label, by description, or because they are in its network.
 * Instances and forwarding rules in its network without the label belong to someone else. A name alone proves nothing. Pure.
 */
export function filterOwnedResources(
  resources: readonly ListedResource[],
  cluster: Cluster,
): readonly ListedResource[] {
  const { network } = getResourceNames(cluster);
  const isOwned = ({ description, labels }: ListedResource) =>
    description === getOwnershipDescription(cluster) || hasOwnershipLabels(labels, cluster);
  const ownsNetwork = resources.some(
    (resource) => resource.kind === 'networks' && resource.name === network && isOwned(resource),
  );
  const isInOwnedNetwork = ({ kind, automatic, ...resource }: ListedResource) =>
    ownsNetwork && resource.network === network && kind !== 'instances' && kind !== 'forwardingRules' && !automatic;
  return resources.filter((resource) => isOwned(resource) || isInOwnedNetwork(resource));
}
