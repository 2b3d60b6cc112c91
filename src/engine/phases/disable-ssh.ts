import { getResourceNames } from '../cluster/resource-names.ts';
import { formatCommand } from '../manual/format-command.ts';
import { getSshRuleState, type SshAccessState, setSshRuleState } from '../ssh-access/ssh-access.ts';
import { getSshKeyState, setSshKeyState } from '../ssh-access/ssh-key-state.ts';
import { type ClusterStep, definePhase } from '../steps/cluster-step.ts';
import { markPresent, type Observation } from '../workflow/observation.ts';
import { instanceStepHandle, stepHandle } from '../workflow/step-handle.ts';
import { dnsLookup } from './dns.ts';
import { registeredNode } from './node-registration.ts';
import { readinessSteps } from './readiness.ts';
import { listSmokeChecks } from './smoke.ts';

const sshKeyRemoved = instanceStepHandle('disable-ssh');

/**
 * Disables the SSH firewall rule and removes the cluster's key from each instance's metadata. `withSshAccess` enables both
 * when needed. The tutorial leaves them enabled until chapter 14.
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
    const { allowSsh } = getResourceNames(cluster);
    const { zone } = cluster;
    return [
      {
        handle: stepHandle('disable-ssh/firewall-rule'),
        title: `firewall rule ${allowSsh} is disabled`,
        dependsOn,
        observe: async (c) => observeDisabled(await getSshRuleState(c, c.signal), 'disabled: true'),
        async apply(c) {
          await setSshRuleState(c, 'shut', c);
        },
        explained: {
          manualCommands: () => [
            formatCommand(['gcloud', 'compute', 'firewall-rules', 'update', allowSsh], { disabled: true }),
          ],
        },
      },
      ...cluster.instances.map(
        (instance): ClusterStep => ({
          handle: sshKeyRemoved.on(instance),
          title: `SSH key removed from ${instance.name}`,
          dependsOn,
          observe: async (c) =>
            observeDisabled(await getSshKeyState(c, instance, c.signal), 'no key of the cluster in its metadata'),
          async apply(c) {
            await setSshKeyState(c, instance, 'shut', c);
          },
          explained: {
            manualCommands: () => [
              formatCommand(['gcloud', 'compute', 'instances', 'remove-metadata', instance.name], {
                zone,
                keys: 'ssh-keys',
              }),
            ],
          },
        }),
      ),
    ];
  },
});

/** A missing rule or instance admits no connection. */
function observeDisabled(status: SshAccessState | undefined, commandOutput: string): Observation {
  return status === 'open' ? { status: 'absent' } : markPresent(status === undefined ? '' : commandOutput);
}
