import { isOwned, type MarkedResource, type ResourceKind } from '../cluster/is-owned.ts';
import type { GlobalResource, MutationOptions } from '../gcp/compute/compute-client.ts';
import type { StepContext } from './step-context.ts';

/** Kinds in the order of deletion: a resource follows all resources that refer to it. */
const deletionOrder = [
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
] as const satisfies readonly ResourceKind[];

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
    deletionOrder.map(async (kind): Promise<readonly OrphanedResource[]> => {
      const resources: readonly (MarkedResource & GlobalResource)[] = await compute[kind].list(
        { region, zone },
        signal,
      );
      return resources
        .filter((resource) => isOwned(kind, resource, cluster))
        .map(({ name }) => ({ kind, name, remove: (call) => compute[kind].delete({ name, region, zone }, call) }));
    }),
  );
  return lists.flat();
}
