import { paths } from '../render/paths.ts';
import { serviceUsers } from '../render/service-user.ts';
import { renderSysusers } from '../render/sysusers.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { createHostSteps } from '../steps/host-step.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';
import { verifiedHostKey } from './ssh-host-keys.ts';

export const systemUsersCreated = instanceStepHandle('system-users');

/** Users for etcd and the control plane components, which run as root in the tutorial. */
export const systemUsers = definePhase({
  name: 'system-users',
  title: 'System users for components',
  chapter: 7,
  steps: createHostSteps('controllerInstances', (instance) => ({
    handle: systemUsersCreated.on(instance),
    title: `system users on ${instance.name}`,
    dependsOn: [verifiedHostKey.on(instance)],
    files: () => [{ path: paths.sysusers, content: renderSysusers(), mode: 0o644 }],
    checkScript: () => `getent passwd ${serviceUsers.join(' ')}`,
    applyScript: () => `systemd-sysusers ${paths.sysusers}`,
  })),
});
