import { hostKeys } from '../facts.ts';
import { definePhase, known, present } from '../phase.ts';

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
      title: `ssh host keys of ${machine.name}`,
      after: [`${machine.role}s/${machine.name}`],
      async observe({ cloud, signal }) {
        const keys = await cloud.hostKeys({ name: machine.name, zone: cluster.zone }, signal);
        return keys.length > 0 ? present(known(hostKeys(machine), [...keys])) : { is: 'absent' };
      },
    })),
});
