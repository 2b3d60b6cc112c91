import type { Cluster } from '../cluster/cluster.ts';
import { markOf, names } from '../cluster/resource-names.ts';
import type { Call, Network, Subnetwork } from '../gcp/compute/compute-client.ts';
import { cloudStep } from '../steps/resource-step.ts';
import { callOf } from '../workflow/derive-mutation-options.ts';
import { type Context, definePhase, type Step } from '../workflow/step.ts';

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
      withWhatIsInIt(
        vpc.name,
        cloudStep({
          key: 'network/vpc',
          title: `network ${vpc.name}`,
          of: 'networks',
          at: vpc,
          spec: () => vpc,
          compare: ['description'],
        }),
      ),
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

/** The network is the cluster's own, so rules and routes that others put into it, which would keep it, go with it. */
function withWhatIsInIt(network: string, step: Step): Step {
  return {
    ...step,
    async stake(c) {
      const own = await step.stake?.(c);
      if (!own || own.lines.length === 0) return { lines: [], state: '' };
      const foreign = (await whatIsIn(network, c)).filter(({ description }) => description !== markOf(c.cluster));
      const lines = foreign.map(({ kind, name }) => `${kind} ${name}, which somebody else made in it`);
      return { lines: [...own.lines, ...lines], state: [own.state, ...lines].join() };
    },
    async remove(c) {
      const all = await whatIsIn(network, c);
      await Promise.all(all.map(({ kind, name, remove }) => remove(callOf(c, `${kind} ${name}`))));
      await step.remove?.(c);
    },
  };
}

async function whatIsIn(network: string, { cloud, cluster, signal }: Context) {
  const { firewalls, routes } = cloud;
  const [rules, ways] = await Promise.all([firewalls.list(cluster, signal), routes.list(cluster, signal)]);
  const all = [
    ...rules.map((one) => ({ ...one, kind: 'firewall rule', remove: (call: Call) => firewalls.delete(one, call) })),
    ...ways
      .filter(({ automatic }) => !automatic)
      .map((one) => ({ ...one, kind: 'route', remove: (call: Call) => routes.delete(one, call) })),
  ];
  return all.filter((one) => one.network === network);
}
