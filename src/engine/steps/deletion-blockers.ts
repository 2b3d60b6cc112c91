import type { Cluster } from '../cluster/cluster.ts';
import { KthwError } from '../cluster/errors.ts';
import { isOwned, type MarkedResource, type ResourceKind } from '../cluster/is-owned.ts';
import { getResourceNames } from '../cluster/resource-names.ts';
import type { ComputeClient } from '../gcp/compute/compute-client.ts';
import type { StepContext } from './step-context.ts';

/** A resource that prevents the deletion of a cluster. */
export interface DeletionBlocker {
  readonly name: string;
  /** For example `instance jumpbox in us-west1-a uses network demo`. */
  readonly description: string;
  readonly remedy: string;
}

type Listed<K extends 'instances' | 'firewalls' | 'routes' | 'forwardingRules' | 'targetPools'> = Awaited<
  ReturnType<ComputeClient[K]['list']>
>;

/** Resources of the project that can use a cluster's network, subnet, address or health check. */
interface ProjectResources {
  /** Absent unless the network exists and belongs to the cluster. */
  readonly network?: Awaited<ReturnType<ComputeClient['networks']['get']>>;
  /** The cluster's reserved IP address, if it exists and belongs to the cluster. */
  readonly address?: string | undefined;
  /** Name of the cluster's health check, if it exists and belongs to the cluster. */
  readonly healthCheck?: string | undefined;
  readonly instances: Listed<'instances'>;
  readonly firewalls: Listed<'firewalls'>;
  readonly routes: Listed<'routes'>;
  readonly forwardingRules: Listed<'forwardingRules'>;
  /** Of all regions. */
  readonly targetPools: Listed<'targetPools'>;
}

type DeletionContext = Pick<StepContext, 'compute' | 'cluster' | 'signal'>;

const deleteOrMove = 'delete or move the resources that use the network or the address';

/** Lists what would make a delete fail halfway. Empty: the cluster can be deleted. @throws KthwError */
export async function listDeletionBlockers(c: DeletionContext): Promise<readonly DeletionBlocker[]> {
  const { compute, cluster, signal } = c;
  const { region } = cluster;
  const names = getResourceNames(cluster);
  // A subnet covers all zones of its region.
  const zones = (await compute.listZones(region, signal)) ?? [];
  const [network, address, healthCheck, firewalls, routes, forwardingRules, targetPools, ...instances] =
    await Promise.all([
      compute.networks.get({ name: names.network }, signal),
      compute.addresses.get({ name: names.address, region }, signal),
      compute.healthChecks.get({ name: names.healthCheck }, signal),
      compute.firewalls.list(cluster, signal),
      compute.routes.list(cluster, signal),
      compute.forwardingRules.list(cluster, signal),
      compute.listAllTargetPools(signal),
      ...zones.map((zone) => compute.instances.list({ region, zone }, signal)),
    ]);
  return findDeletionBlockers(
    {
      network: isOwned('networks', network, cluster) ? network : undefined,
      address: isOwned('addresses', address, cluster) ? address?.address : undefined,
      healthCheck: isOwned('healthChecks', healthCheck, cluster) ? healthCheck?.name : undefined,
      instances: instances.flat(),
      firewalls,
      routes,
      forwardingRules,
      targetPools,
    },
    cluster,
  );
}

/** Pure. Resources with the cluster's ownership label or description are deleted with it and block nothing. */
export function findDeletionBlockers(found: ProjectResources, cluster: Cluster): readonly DeletionBlocker[] {
  const { subnet } = getResourceNames(cluster);
  const isForeign = (kind: ResourceKind) => (resource: MarkedResource) => !isOwned(kind, resource, cluster);
  const isInNetwork = (resource: { readonly network: string }) =>
    found.network !== undefined && resource.network === found.network.name;
  const usesNetwork = (kind: string) => (resource: { readonly name: string }) =>
    buildBlocker(resource.name, `${kind} ${resource.name} uses network ${found.network?.name}`, deleteOrMove);
  const usesAddress = (kind: string) => (resource: { readonly name: string }) =>
    buildBlocker(resource.name, `${kind} ${resource.name} uses the address ${found.address}`, deleteOrMove);
  const foreignInstances = found.instances.filter(isForeign('instances'));
  const foreignRules = found.forwardingRules.filter(isForeign('forwardingRules'));
  const networkName = found.network?.name;
  return [
    ...foreignInstances
      .filter(({ networks }) => networkName !== undefined && networks.includes(networkName))
      .map(({ name, zone }) =>
        buildBlocker(name, `instance ${name} in ${zone} uses network ${networkName}`, deleteOrMove),
      ),
    ...foreignInstances
      .filter(({ externalAddress }) => externalAddress !== undefined && externalAddress === found.address)
      .map(usesAddress('instance')),
    ...found.firewalls.filter(isInNetwork).filter(isForeign('firewalls')).map(usesNetwork('firewall rule')),
    ...found.routes
      .filter((route) => isInNetwork(route) && !route.automatic)
      .filter(isForeign('routes'))
      .map(usesNetwork('route')),
    ...foreignRules.filter(isInNetwork).map(usesNetwork('forwarding rule')),
    ...foreignRules
      .filter(({ address, network }) => address === found.address && !isInNetwork({ network }))
      .map(usesAddress('forwarding rule')),
    ...(found.network?.subnetworks ?? [])
      .filter((each) => each !== `${cluster.region}/${subnet}`)
      .map((each) => usesNetwork('subnet')({ name: each.slice(each.indexOf('/') + 1) })),
    ...(found.network?.peerings ?? []).map((name) =>
      buildBlocker(
        name,
        `peering ${name} uses network ${networkName}`,
        `run \`gcloud compute networks peerings delete ${name} --network ${networkName}\``,
      ),
    ),
    ...found.targetPools
      .filter(({ healthCheck }) => found.healthCheck !== undefined && healthCheck === found.healthCheck)
      .filter(isForeign('targetPools'))
      .map(({ name, region, healthCheck }) =>
        buildBlocker(
          name,
          `target pool ${name} in ${region} uses health check ${healthCheck}`,
          `run \`gcloud compute target-pools remove-health-checks ${name} --region ${region} --http-health-check ${healthCheck}\``,
        ),
      ),
    ...found.instances
      .filter((instance) => isOwned('instances', instance, cluster) && instance.deletionProtection)
      .map(({ name, zone }) =>
        buildBlocker(
          name,
          `instance ${name} is protected against deletion`,
          `run \`gcloud compute instances update ${name} --zone ${zone} --no-deletion-protection\``,
        ),
      ),
  ];
}

/**
 * Explains a failed deletion. Google reports the user of a resource that is in use. Only the cluster's own resources will
 * disappear, so a retry is useless while the user is foreign.
 * @returns the error to throw
 */
export async function explainInUse(error: unknown, c: DeletionContext): Promise<unknown> {
  if (!(error instanceof KthwError) || error.code !== 'in-use') return error;
  const [, user] = /([a-z0-9-]+)['.]*$/.exec(error.detail ?? '') ?? [];
  if (user === undefined) return error;
  try {
    const known = (await listDeletionBlockers(c)).filter(({ name }) => name === user);
    // Names of a cluster's resources start with its name. Other users may be of kinds that are not listed.
    const { name } = c.cluster;
    const isOurs = user === name || user.startsWith(`${name}-`);
    const unlisted = isOurs ? [] : [buildBlocker(user, error.detail ?? '', 'delete or move it')];
    const blockers = known.length > 0 ? known : unlisted;
    return blockers.length > 0 ? new KthwError('deletion-blocked', { blockers }, { detail: error.detail }) : error;
  } catch {
    return error;
  }
}

function buildBlocker(name: string, description: string, remedy: string): DeletionBlocker {
  return { name, description, remedy };
}
