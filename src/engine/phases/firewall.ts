import type { Cluster } from '../cluster/cluster.ts';
import { getOwnershipDescription, getResourceNames } from '../cluster/resource-names.ts';
import type { FirewallRule } from '../gcp/compute/compute-client.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { resourceStep } from '../steps/resource-step.ts';
import { stepHandle } from '../workflow/step-handle.ts';
import { networkSteps } from './network.ts';

/**
 * Allows internal traffic, the API and ICMP from outside, SSH, and Google's health checks. SSH has a separate rule because
 * it is disabled after the build. Tutorial, chapters 3 and 8.
 */
export const firewall = definePhase({
  name: 'firewall',
  title: 'Firewall rules',
  chapter: 3,
  steps: (cluster) => {
    const ssh = getResourceNames(cluster).allowSsh;
    return buildFirewallRules(cluster).map((rule) =>
      resourceStep({
        handle: stepHandle(`firewall/${rule.name}`),
        title: `firewall rule ${rule.name}`,
        dependsOn: [networkSteps.vpc],
        collection: 'firewalls',
        ref: rule,
        buildSpec: () => rule,
        // SSH access enables and disables its rule.
        comparedFields: [
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

/** The firewall rules of the tutorial. */
export function buildFirewallRules(cluster: Cluster): FirewallRule[] {
  const own = getResourceNames(cluster);
  const commonFields = { network: own.network, description: getOwnershipDescription(cluster), disabled: false };
  return [
    {
      ...commonFields,
      name: own.allowInternal,
      sourceRanges: [cluster.subnet, cluster.podCidr],
      allow: ['tcp', 'udp', 'icmp'],
    },
    { ...commonFields, name: own.allowExternal, sourceRanges: ['0.0.0.0/0'], allow: ['tcp:6443', 'icmp'] },
    { ...commonFields, name: own.allowSsh, sourceRanges: cluster.sshRanges, allow: ['tcp:22'] },
    { ...commonFields, name: own.allowHealthCheck, sourceRanges: healthCheckRanges, allow: ['tcp'] },
  ];
}
