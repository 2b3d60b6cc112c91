import type { Cluster } from '../cluster/cluster.ts';
import { markOf, names } from '../cluster/resource-names.ts';
import type { FirewallRule } from '../gcp/compute/compute-client.ts';
import { cloudStep } from '../steps/resource-step.ts';
import { definePhase } from '../workflow/step.ts';

/**
 * Opens the cluster's network to itself, the API and ping to the outside, ssh to those who install it, and the health
 * check's port to Google's probes. ssh is a rule of its own, because it is closed again. Tutorial, chapters 3 and 8.
 */
export const firewall = definePhase({
  name: 'firewall',
  title: 'Firewall rules',
  chapter: 3,
  after: ['network'],
  steps: (cluster) => {
    const ssh = names(cluster).allowSsh;
    return firewallRules(cluster).map((rule) =>
      cloudStep({
        key: `firewall/${rule.name}`,
        title: `firewall rule ${rule.name}`,
        // A rule needs its network, not the subnet.
        after: ['network/vpc'],
        of: 'firewalls',
        at: rule,
        spec: () => rule,
        // Whether ssh is open just now is the door's business.
        compare: [
          'network',
          'sourceRanges',
          'allow',
          'description',
          ...(rule.name === ssh ? [] : (['disabled'] as const)),
        ],
      }),
    );
  },
});

/** Google's ranges for legacy health checks: https://cloud.google.com/load-balancing/docs/health-check-concepts#ip-ranges */
const healthCheckRanges = ['209.85.152.0/22', '209.85.204.0/22', '35.191.0.0/16'];

/** The rules of the tutorial, as data. */
export function firewallRules(cluster: Cluster): FirewallRule[] {
  const own = names(cluster);
  const shared = { network: own.network, description: markOf(cluster), disabled: false };
  return [
    {
      ...shared,
      name: own.allowInternal,
      sourceRanges: [cluster.subnet, cluster.podCidr],
      allow: ['tcp', 'udp', 'icmp'],
    },
    { ...shared, name: own.allowExternal, sourceRanges: ['0.0.0.0/0'], allow: ['tcp:6443', 'icmp'] },
    { ...shared, name: own.allowSsh, sourceRanges: cluster.sshRanges, allow: ['tcp:22'] },
    { ...shared, name: own.allowHealthCheck, sourceRanges: healthCheckRanges, allow: ['tcp'] },
  ];
}
