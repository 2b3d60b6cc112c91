import { hostKeys } from '../cluster/outputs.ts';
import { command } from '../manual/shell.ts';
import { hostOf } from '../steps/host-step.ts';
import { definePhase, known, saw } from '../workflow/step.ts';

/**
 * Reads the ssh host keys that each machine wrote at its first boot into Google's guest attributes; no other key is
 * believed afterwards. https://cloud.google.com/compute/docs/connect/view-host-keys
 */
export const hostKeysPhase = definePhase({
  name: 'host-keys',
  title: 'Host keys',
  chapter: 3,
  after: ['controllers', 'workers'],
  steps: (cluster) =>
    cluster.machines.map((machine) => ({
      key: `host-keys/${machine.name}`,
      title: `ssh to ${machine.name}, by the host keys it wrote`,
      after: [`${machine.role}s/${machine.name}`],
      async observe(c) {
        const keys = await c.cloud.hostKeys({ name: machine.name, zone: cluster.zone }, c.signal);
        if (keys.length === 0) return { is: 'absent' };
        // Known is what a machine has shown: from here on steps find sshd up.
        const host = await hostOf(c, machine, keys);
        await host.run('true', { deadlineMs: 10_000, signal: c.signal });
        return saw(keys.join('\n'), known(hostKeys(machine), [...keys]));
      },
      byHand: () => [
        {
          script: command(['gcloud', 'compute', 'instances', 'get-guest-attributes', machine.name], {
            zone: cluster.zone,
            'query-path': 'hostkeys/',
          }),
        },
        { script: command(['gcloud', 'compute', 'ssh', machine.name], { zone: cluster.zone, command: 'true' }) },
      ],
    })),
});
