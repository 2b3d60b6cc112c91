import type { Cluster } from '../cluster/cluster.ts';
import { labelsOf, markOf, names } from '../cluster/resource-names.ts';
import type { Call, Cloud } from '../gcp/compute/compute-client.ts';
import type { Context } from '../workflow/step.ts';

/** Kinds in the order in which they can go: nothing before what refers to it. */
const kinds = [
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
] as const satisfies readonly (keyof Cloud)[];
type Kind = (typeof kinds)[number];

/** What of any kind is known of a resource that was listed. */
export interface Listing {
  readonly kind: Kind;
  readonly name: string;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly network?: string;
  readonly automatic?: boolean;
}

/** A resource that belongs to a cluster, and how it goes. */
export interface Leftover {
  readonly kind: Kind;
  readonly name: string;
  remove(call: Call): Promise<void>;
}

/** Everything in the project that belongs to a cluster, in the order in which it can go. @throws KthwError */
export async function leftovers({ cloud, cluster, signal }: Context): Promise<readonly Leftover[]> {
  const { region, zone } = cluster;
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const found = await cloud[kind].list({ region, zone }, signal);
      return found.map((one) => ({ kind, ...one }) as Listing);
    }),
  );
  return belonging(lists.flat(), cluster).map(({ kind, name }) => ({
    ...{ kind, name },
    remove: (call) => cloud[kind].delete({ name, region, zone }, call),
  }));
}

/**
 * Pure: what belongs to a cluster. By label, by the mark in its description, and by its network where that is the cluster's
 * own: then rules, routes and subnets in it are nobody else's. What bears one of our names and not our mark is somebody
 * else's, and so is a machine in our network that we did not make.
 */
export function belonging(found: readonly Listing[], cluster: Cluster): readonly Listing[] {
  const { network } = names(cluster);
  const isMarked = ({ description, labels = {} }: Listing) =>
    description === markOf(cluster) || Object.entries(labelsOf(cluster)).every(([key, value]) => labels[key] === value);
  const isOurNetwork = found.some((one) => one.kind === 'networks' && one.name === network && isMarked(one));
  const goesWithIt = ({ kind, automatic, ...one }: Listing) =>
    isOurNetwork && one.network === network && kind !== 'instances' && !automatic;
  return found.filter((one) => isMarked(one) || goesWithIt(one));
}
