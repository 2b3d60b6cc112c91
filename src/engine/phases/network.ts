import type { Network, Subnetwork } from '../cloud/cloud.ts';
import { cloudStep } from '../cloud-step.ts';
import type { Cluster } from '../cluster.ts';
import { markOf, names } from '../names.ts';
import { definePhase } from '../phase.ts';

/** A network of the cluster's own with one subnet, so that clusters never meet. Tutorial, chapter 3. */
export const network = definePhase({
  name: 'network',
  title: 'Network and subnet',
  chapter: 3,
  after: ['preflight'],
  steps: (cluster) => {
    const vpc = networkOf(cluster);
    const subnet = subnetOf(cluster);
    return [
      cloudStep({
        key: 'network/vpc',
        title: `network ${vpc.name}`,
        of: 'networks',
        at: vpc,
        spec: () => vpc,
        compare: ['description'],
      }),
      cloudStep({
        key: 'network/subnet',
        title: `subnet ${subnet.name} (${subnet.range})`,
        after: ['network/vpc'],
        of: 'subnetworks',
        at: subnet,
        spec: () => subnet,
        compare: ['network', 'range'],
      }),
    ];
  },
});

function networkOf(cluster: Cluster): Network {
  return { name: names(cluster).network, description: markOf(cluster) };
}

function subnetOf(cluster: Cluster): Subnetwork {
  return {
    name: names(cluster).subnet,
    network: names(cluster).network,
    region: cluster.region,
    range: cluster.subnet,
  };
}
