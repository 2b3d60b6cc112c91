import type { Cluster, Instance } from '../cluster/cluster.ts';
import { getResourceNames } from '../cluster/resource-names.ts';
import { formatCommand } from '../manual/format-command.ts';
import {
  getSshKeyState,
  getSshRuleState,
  type SshAccessState,
  setSshKeyState,
  setSshRuleState,
} from '../ssh-access/ssh-access.ts';
import type { ClusterStep } from '../steps/cluster-step.ts';
import { definePhase } from '../steps/define-phase.ts';
import { markPresent, type Observation } from '../workflow/observation.ts';
import { dns } from './dns.ts';
import { nodeRegistration } from './node-registration.ts';
import { readiness } from './readiness.ts';
import { smoke } from './smoke.ts';

/**
 * Shuts the way in that the install needed: ssh through the firewall, and the cluster's key in each machine's metadata. Who
 * needs it again opens it (`through-door.ts`). The tutorial leaves both open until it cleans up, in chapter 14.
 */
export const disableSsh = definePhase({
  name: 'closing',
  title: 'Closing ssh',
  chapter: 14,
  dependsOn: ['ready', 'dns', 'membership', 'smoke'],
  steps: (cluster) => {
    const dependsOn = [readiness, dns, nodeRegistration, smoke]
      .flatMap((phase) => phase.steps(cluster))
      .map(({ key }) => key)
      // It asks the API alone.
      .filter((key) => key !== 'smoke/cleared');
    return [
      createDisableFirewallRuleStep(cluster, dependsOn),
      ...cluster.instances.map((instance) => createRemoveSshKeyStep(cluster, instance, dependsOn)),
    ];
  },
});

function createDisableFirewallRuleStep(cluster: Cluster, dependsOn: readonly string[]): ClusterStep {
  const { allowSsh } = getResourceNames(cluster);
  return {
    key: 'closing/ssh',
    title: `firewall rule ${allowSsh} is off`,
    dependsOn,
    observe: async (c) => observeDisabled(await getSshRuleState(c, c.signal), 'disabled: true'),
    async apply(c) {
      await setSshRuleState(c, 'shut', c);
    },
    manualCommands: () => [
      { script: formatCommand(['gcloud', 'compute', 'firewall-rules', 'update', allowSsh], { disabled: true }) },
    ],
  };
}

function createRemoveSshKeyStep({ zone }: Cluster, instance: Instance, dependsOn: readonly string[]): ClusterStep {
  const { name } = instance;
  return {
    key: `closing/${name}`,
    title: `${name} takes the cluster's ssh key no more`,
    dependsOn,
    observe: async (c) =>
      observeDisabled(await getSshKeyState(c, instance, c.signal), 'no key of the cluster among its metadata'),
    async apply(c) {
      await setSshKeyState(c, instance, 'shut', c);
    },
    manualCommands: () => [
      {
        script: formatCommand(['gcloud', 'compute', 'instances', 'remove-metadata', name], { zone, keys: 'ssh-keys' }),
      },
    ],
  };
}

/** What is not there lets nobody in. */
function observeDisabled(status: SshAccessState | undefined, commandOutput: string): Observation {
  return status === 'open' ? { status: 'absent' } : markPresent(status === undefined ? '' : commandOutput);
}
