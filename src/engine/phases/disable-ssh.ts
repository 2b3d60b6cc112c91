import type { Cluster, Machine } from '../cluster/cluster.ts';
import { names } from '../cluster/resource-names.ts';
import { command } from '../manual/shell.ts';
import { type Door, keyIs, ruleIs, setKey, setRule } from '../ssh-access/ssh-access.ts';
import { definePhase, type Observed, type Step, saw } from '../workflow/step.ts';
import { dns } from './dns.ts';
import { membership } from './node-registration.ts';
import { ready } from './readiness.ts';
import { smoke } from './smoke.ts';

/**
 * Shuts the way in that the install needed: ssh through the firewall, and the cluster's key in each machine's metadata. Who
 * needs it again opens it (`through-door.ts`). The tutorial leaves both open until it cleans up, in chapter 14.
 */
export const closing = definePhase({
  name: 'closing',
  title: 'Closing ssh',
  chapter: 14,
  after: ['ready', 'dns', 'membership', 'smoke'],
  steps: (cluster) => {
    const after = [ready, dns, membership, smoke]
      .flatMap((phase) => phase.steps(cluster))
      .map(({ key }) => key)
      // It asks the API alone.
      .filter((key) => key !== 'smoke/cleared');
    return [ruleIsOff(cluster, after), ...cluster.machines.map((machine) => keyIsGone(cluster, machine, after))];
  },
});

function ruleIsOff(cluster: Cluster, after: readonly string[]): Step {
  const { allowSsh } = names(cluster);
  return {
    key: 'closing/ssh',
    title: `firewall rule ${allowSsh} is off`,
    after,
    observe: async (c) => shut(await ruleIs(c, c.signal), 'disabled: true'),
    async apply(c) {
      await setRule(c, 'shut', c);
    },
    byHand: () => [
      { script: command(['gcloud', 'compute', 'firewall-rules', 'update', allowSsh], { disabled: true }) },
    ],
  };
}

function keyIsGone({ zone }: Cluster, machine: Machine, after: readonly string[]): Step {
  const { name } = machine;
  return {
    key: `closing/${name}`,
    title: `${name} takes the cluster's ssh key no more`,
    after,
    observe: async (c) => shut(await keyIs(c, machine, c.signal), 'no key of the cluster among its metadata'),
    async apply(c) {
      await setKey(c, machine, 'shut', c);
    },
    byHand: () => [
      {
        script: command(['gcloud', 'compute', 'instances', 'remove-metadata', name], { zone, keys: 'ssh-keys' }),
      },
    ],
  };
}

/** What is not there lets nobody in. */
function shut(is: Door | undefined, read: string): Observed {
  return is === 'open' ? { is: 'absent' } : saw(is === undefined ? '' : read);
}
