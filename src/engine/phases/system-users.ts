import { paths } from '../render/paths.ts';
import { serviceUsers } from '../render/service-user.ts';
import { renderSysusers } from '../render/sysusers.ts';
import { definePhase } from '../steps/define-phase.ts';
import { hostStep } from '../steps/host-step.ts';

/** Users for etcd and for each component of the control plane, which the tutorial runs as root. */
export const systemUsers = definePhase({
  name: 'accounts',
  title: 'Users of components',
  chapter: 7,
  dependsOn: ['host-keys'],
  steps: (cluster) =>
    cluster.controllerInstances.map((instance) =>
      hostStep({
        key: `accounts/${instance.name}`,
        title: `users of components on ${instance.name}`,
        instance,
        dependsOn: [`host-keys/${instance.name}`],
        files: () => [{ path: paths.sysusers, content: renderSysusers(), mode: 0o644 }],
        checkScript: () => `getent passwd ${serviceUsers.join(' ')}`,
        applyScript: () => `systemd-sysusers ${paths.sysusers}`,
      }),
    ),
});
