import { createOutputValue } from '../cluster/output.ts';
import { getHostKeysOutput } from '../cluster/outputs.ts';
import { formatCommand } from '../manual/format-command.ts';
import { definePhase } from '../steps/define-phase.ts';
import { connectToInstance } from '../steps/host-step.ts';
import { markPresent } from '../workflow/observation.ts';

/**
 * Reads the ssh host keys that each machine wrote at its first boot into Google's guest attributes; no other key is
 * believed afterwards. https://cloud.google.com/compute/docs/connect/view-host-keys
 */
export const sshHostKeys = definePhase({
  name: 'host-keys',
  title: 'Host keys',
  chapter: 3,
  dependsOn: ['controllers', 'workers'],
  steps: (cluster) =>
    cluster.instances.map((instance) => ({
      key: `host-keys/${instance.name}`,
      title: `ssh to ${instance.name}, by the host keys it wrote`,
      dependsOn: [`${instance.role}s/${instance.name}`],
      async observe(c) {
        const keys = await c.compute.getHostKeys({ name: instance.name, zone: cluster.zone }, c.signal);
        if (keys.length === 0) return { status: 'absent' };
        // Known is what a machine has shown: from here on steps find sshd up.
        const host = await connectToInstance(c, instance, keys);
        await host.run('true', { deadlineMs: 10_000, signal: c.signal });
        return markPresent(keys.join('\n'), createOutputValue(getHostKeysOutput(instance), [...keys]));
      },
      manualCommands: () => [
        {
          script: formatCommand(['gcloud', 'compute', 'instances', 'get-guest-attributes', instance.name], {
            zone: cluster.zone,
            'query-path': 'hostkeys/',
          }),
        },
        { script: formatCommand(['gcloud', 'compute', 'ssh', instance.name], { zone: cluster.zone, command: 'true' }) },
      ],
    })),
});
