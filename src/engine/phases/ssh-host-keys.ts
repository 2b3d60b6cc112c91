import { createOutputValue } from '../cluster/output.ts';
import { getHostKeysOutput } from '../cluster/outputs.ts';
import { formatCommand } from '../manual/format-command.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { connectToInstance } from '../steps/connect-to-instance.ts';
import { describeConsole } from '../steps/describe-console.ts';
import { getInstanceHandle } from '../steps/instance-step.ts';
import { markPresent } from '../workflow/observation.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';

export const verifiedHostKey = instanceStepHandle('ssh-host-keys');

/**
 * Google allows 10 queries a minute and removes attributes of an instance that is queried more often. The keys would be lost:
 * the instance writes them once. https://cloud.google.com/compute/docs/metadata/manage-guest-attributes, 2026-12-01
 */
const guestAttributePace = { firstMs: 2_000, everyMs: 10_000 } as const;

/**
 * Reads the SSH host keys that each instance published as guest attributes at its first boot. Only these keys are trusted.
 * https://cloud.google.com/compute/docs/connect/view-host-keys
 */
export const sshHostKeys = definePhase({
  name: 'ssh-host-keys',
  title: 'SSH host key verification',
  chapter: 3,
  steps: (cluster) =>
    cluster.instances.map((instance) => ({
      handle: verifiedHostKey.on(instance),
      title: `verify SSH host key of ${instance.name}`,
      dependsOn: [getInstanceHandle(instance)],
      async observe(c) {
        const keys = await c.compute.getHostKeys({ name: instance.name, zone: cluster.zone }, c.signal);
        if (keys.length === 0) return { status: 'absent' };
        // Verifies a key and that sshd runs, for all later steps.
        const host = await connectToInstance(c, instance, keys);
        await host.run('true', { deadlineMs: 10_000, signal: c.signal });
        return markPresent(keys.join('\n'), createOutputValue(getHostKeysOutput(instance), [...keys]));
      },
      wait: {
        describe: (c) => describeConsole(c, instance),
        remedy: () =>
          `fix what \`gcloud compute instances get-serial-port-output ${instance.name} --zone ${cluster.zone}\` shows`,
        limitMs: 5 * 60_000,
        pace: guestAttributePace,
      },
      explained: {
        manualCommands: () => [
          formatCommand(['gcloud', 'compute', 'instances', 'get-guest-attributes', instance.name], {
            zone: cluster.zone,
            'query-path': 'hostkeys/',
          }),
          formatCommand(['gcloud', 'compute', 'ssh', instance.name], { zone: cluster.zone, command: 'true' }),
        ],
      },
    })),
});
