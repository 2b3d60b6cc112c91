import { paths } from '../render/paths.ts';
import { sysusers, users } from '../render/service-user.ts';
import { machineStep } from '../steps/host-step.ts';
import { definePhase } from '../workflow/step.ts';

/** Users for etcd and for each component of the control plane, which the tutorial runs as root. */
export const accounts = definePhase({
  name: 'accounts',
  title: 'Users of components',
  chapter: 7,
  after: ['host-keys'],
  steps: (cluster) =>
    cluster.controllerMachines.map((machine) =>
      machineStep({
        key: `accounts/${machine.name}`,
        title: `users of components on ${machine.name}`,
        machine,
        after: [`host-keys/${machine.name}`],
        files: () => [{ path: paths.accounts, content: sysusers(), mode: 0o644 }],
        check: () => `getent passwd ${users.join(' ')}`,
        make: () => `systemd-sysusers ${paths.accounts}`,
      }),
    ),
});
