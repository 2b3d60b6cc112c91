import type { Cluster } from '../cluster/cluster.ts';
import { getOwnershipDescription, getResourceNames } from '../cluster/resource-names.ts';
import type { MutationOptions, Network, Subnetwork } from '../gcp/compute/compute-client.ts';
import { deriveMutationOptions } from '../gcp/compute/derive-mutation-options.ts';
import { type ClusterStep, definePhase } from '../steps/cluster-step.ts';
import { resourceStep } from '../steps/resource-step.ts';
import type { StepContext } from '../steps/step-context.ts';
import type { Removable, RemovableStep } from '../workflow/step.ts';
import { stepHandle } from '../workflow/step-handle.ts';
import { preflightSteps } from './preflight.ts';

export const networkSteps = { vpc: stepHandle('network/vpc'), subnet: stepHandle('network/subnet') } as const;

/** A separate network and subnet per cluster. Tutorial, chapter 3. */
export const network = definePhase({
  name: 'network',
  title: 'Network and subnet',
  chapter: 3,
  steps: (cluster) => {
    const vpc = buildNetwork(cluster);
    const subnet = buildSubnetwork(cluster);
    return [
      withNetworkContents(
        vpc.name,
        resourceStep({
          handle: networkSteps.vpc,
          title: `network ${vpc.name}`,
          dependsOn: Object.values(preflightSteps),
          collection: 'networks',
          ref: vpc,
          buildSpec: () => vpc,
          comparedFields: ['description'],
        }),
      ),
      resourceStep({
        handle: networkSteps.subnet,
        title: `subnet ${subnet.name} (${subnet.range})`,
        dependsOn: [networkSteps.vpc],
        collection: 'subnetworks',
        ref: subnet,
        buildSpec: () => subnet,
        comparedFields: ['network', 'range'],
      }),
    ];
  },
});

function buildNetwork(cluster: Cluster): Network {
  return { name: getResourceNames(cluster).network, description: getOwnershipDescription(cluster) };
}

function buildSubnetwork(cluster: Cluster): Subnetwork {
  return {
    name: getResourceNames(cluster).subnet,
    network: getResourceNames(cluster).network,
    region: cluster.region,
    range: cluster.subnet,
  };
}

/** Also removes foreign firewall rules and routes from the network, which would block its deletion. */
function withNetworkContents(network: string, { removable, ...step }: RemovableStep<ClusterStep>): ClusterStep {
  const overrides: Removable<StepContext> = {
    ...removable,
    async previewDestruction(c) {
      const preview = await removable.previewDestruction?.(c);
      if (!preview || preview.lines.length === 0) return { lines: [], fingerprint: '' };
      const foreignResources = (await listNetworkContents(network, c)).filter(
        ({ description }) => description !== getOwnershipDescription(c.cluster),
      );
      const lines = foreignResources.map(({ kind, name }) => `${kind} ${name}, created by someone else`);
      return { lines: [...preview.lines, ...lines], fingerprint: [preview.fingerprint, ...lines].join() };
    },
    async remove(c) {
      const resources = await listNetworkContents(network, c);
      await Promise.all(resources.map(({ kind, name, remove }) => remove(deriveMutationOptions(c, `${kind} ${name}`))));
      await removable.remove(c);
    },
  };
  return { ...step, removable: overrides };
}

async function listNetworkContents(network: string, { compute, cluster, signal }: StepContext) {
  const { firewalls, routes } = compute;
  const [ruleList, routeList] = await Promise.all([firewalls.list(cluster, signal), routes.list(cluster, signal)]);
  const resources = [
    ...ruleList.map((resource) => ({
      ...resource,
      kind: 'firewall rule',
      remove: (call: MutationOptions) => firewalls.delete(resource, call),
    })),
    ...routeList
      .filter(({ automatic }) => !automatic)
      .map((resource) => ({
        ...resource,
        kind: 'route',
        remove: (call: MutationOptions) => routes.delete(resource, call),
      })),
  ];
  return resources.filter((resource) => resource.network === network);
}
