import type { Cluster } from '../cluster/cluster.ts';
import { KthwError } from '../cluster/errors.ts';
import { getOwnershipDescription, getResourceNames } from '../cluster/resource-names.ts';
import type { Network, Subnetwork } from '../gcp/compute/compute-client.ts';
import { type ClusterStep, definePhase } from '../steps/cluster-step.ts';
import { listDeletionBlockers } from '../steps/deletion-blockers.ts';
import { resourceStep } from '../steps/resource-step.ts';
import type { RemovableStep } from '../workflow/step.ts';
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
      withBlockerCheck(
        resourceStep({
          handle: networkSteps.vpc,
          title: `network ${vpc.name}`,
          dependsOn: Object.values(preflightSteps),
          collection: 'networks',
          ref: vpc,
          buildSpec: () => vpc,
          comparedFields: [],
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
    description: getOwnershipDescription(cluster),
    range: cluster.subnet,
  };
}

/** Refuses to delete the network, before anything is deleted, while someone else uses it. */
function withBlockerCheck({ removable, ...step }: RemovableStep<ClusterStep>): ClusterStep {
  return {
    ...step,
    removable: {
      ...removable,
      async previewDestruction(c) {
        const blockers = await listDeletionBlockers(c);
        if (blockers.length > 0) throw new KthwError('deletion-blocked', { blockers });
        return (await removable.previewDestruction?.(c)) ?? { lines: [], fingerprint: '' };
      },
    },
  };
}
