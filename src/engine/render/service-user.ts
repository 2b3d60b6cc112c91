import { basename } from 'node:path/posix';
import type { UnitSettings } from './systemd-unit.ts';

/** Users that components of a controller run as. Each is its component's alone and can't log in. */
export const serviceUsers = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;
export type ServiceUser = (typeof serviceUsers)[number];

/**
 * What makes a service run as a user of its own. Files with secrets stay root's: whoever takes over the component can't change
 * them. At each start systemd copies those that it needs to a folder in memory that is the user's alone. (`LoadCredential=` does
 * the same, but only from systemd 247 on; Ubuntu 20.04 has 245.)
 * @param options.takes files that only root may read
 * @param options.before what runs before, as the user
 */
export function buildServiceUserSettings(
  user: ServiceUser,
  { credentials, preStart = [] }: { readonly credentials: readonly string[]; readonly preStart?: readonly string[] },
): UnitSettings {
  return {
    User: user,
    NoNewPrivileges: 'yes',
    RuntimeDirectory: user,
    RuntimeDirectoryMode: '0700',
    ExecStartPre: [
      ...preStart,
      `+/usr/bin/install -o ${user} -m 0400 -t ${getRuntimeDirectory(user)} ${credentials.join(' ')}`,
    ],
  };
}

/** Where a service finds a file that it takes at its start. */
export function getCredentialPath(user: ServiceUser, path: string): string {
  return `${getRuntimeDirectory(user)}/${basename(path)}`;
}

/** The users, as systemd-sysusers reads them. https://www.freedesktop.org/software/systemd/man/latest/sysusers.d.html */
export function renderSysusers(): string {
  return serviceUsers.map((user) => `u ${user} - "${user} of Kubernetes"\n`).join('');
}

function getRuntimeDirectory(user: ServiceUser): string {
  return `/run/${user}`;
}
