import { serviceUsers } from './service-user.ts';

/** Renders a systemd-sysusers file. https://www.freedesktop.org/software/systemd/man/latest/sysusers.d.html */
export function renderSysusers(): string {
  return serviceUsers.map((user) => `u ${user} - "${user} of Kubernetes"\n`).join('');
}
