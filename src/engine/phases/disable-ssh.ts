import type { Cluster, Instance } from '../cluster/cluster.ts';
import { getResourceNames } from '../cluster/resource-names.ts';
import { formatCommand } from '../manual/format-command.ts';
import { getSshRuleState, type SshAccessState, setSshRuleState } from '../ssh-access/ssh-access.ts';
import { getSshKeyState, setSshKeyState } from '../ssh-access/ssh-key-state.ts';
import { type ClusterStep, definePhase } from '../steps/cluster-step.ts';
import { markPresent, type Observation } from '../workflow/observation.ts';
import { instanceStepHandle, type StepHandle, stepHandle } from '../workflow/step-handle.ts';
import { dnsLookup } from './dns.ts';
import { registeredNode } from './node-registration.ts';
import { readinessSteps } from './readiness.ts';
import { listSmokeChecks } from './smoke.ts';

const sshKeyRemoved = instanceStepHandle('disable-ssh');

/**
 * Shuts the way in that the install needed: ssh through the firewall, and the cluster's key in each machine's metadata. Who
 * needs it again opens it (`through-door.ts`). The tutorial leaves both open until it cleans up, in chapter 14.
 */
export const disableSsh = definePhase({
  name: 'disable-ssh',
  title: 'Disable SSH access',
  chapter: 14,
  steps: (cluster) => {
    // Deleting the test namespace needs no SSH.
    const dependsOn = [
      readinessSteps.api,
      readinessSteps.controlPlaneSize,
      ...(cluster.workers > 0 ? [readinessSteps.nodes, dnsLookup] : []),
      ...registeredNode.onAll(cluster.workerInstances),
      ...listSmokeChecks(cluster),
    ];
    return [
      createDisableFirewallRuleStep(cluster, dependsOn),
      ...cluster.instances.map((instance) => createRemoveSshKeyStep(cluster, instance, dependsOn)),
    ];
  },
});

function createDisableFirewallRuleStep(cluster: Cluster, dependsOn: readonly StepHandle[]): ClusterStep {
  const { allowSsh } = getResourceNames(cluster);
  return {
    handle: stepHandle('disable-ssh/firewall-rule'),
    title: `firewall rule ${allowSsh} is disabled`,
    dependsOn,
    observe: async (c) => observeDisabled(await getSshRuleState(c, c.signal), 'disabled: true'),
    async apply(c) {
      await setSshRuleState(c, 'shut', c);
    },
    explained: {
      manualCommands: () => [
        { script: formatCommand(['gcloud', 'compute', 'firewall-rules', 'update', allowSsh], { disabled: true }) },
      ],
    },
  };
}

function createRemoveSshKeyStep({ zone }: Cluster, instance: Instance, dependsOn: readonly StepHandle[]): ClusterStep {
  const { name } = instance;
  return {
    handle: sshKeyRemoved.on(instance),
    title: `SSH key removed from ${name}`,
    dependsOn,
    observe: async (c) =>
      observeDisabled(await getSshKeyState(c, instance, c.signal), 'no key of the cluster among its metadata'),
    async apply(c) {
      await setSshKeyState(c, instance, 'shut', c);
    },
    explained: {
      manualCommands: () => [
        {
          script: formatCommand(['gcloud', 'compute', 'instances', 'remove-metadata', name], {
            zone,
            keys: 'ssh-keys',
          }),
        },
      ],
    },
  };
}

/** What is not there lets nobody in. */
function observeDisabled(status: SshAccessState | undefined, commandOutput: string): Observation {
  return status === 'open' ? { status: 'absent' } : markPresent(status === undefined ? '' : commandOutput);
}
