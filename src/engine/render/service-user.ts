import { basename } from 'node:path/posix';
import type { Settings } from './systemd-unit.ts';

/** Users that components of a controller run as. Each is its component's alone and can't log in. */
export const users = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;
export type User = (typeof users)[number];

/**
 * What makes a service run as a user of its own. Files with secrets stay root's: whoever takes over the component can't change
 * them. At each start systemd copies those that it needs to a folder in memory that is the user's alone. (`LoadCredential=` does
 * the same, but only from systemd 247 on; Ubuntu 20.04 has 245.)
 * @param options.takes files that only root may read
 * @param options.before what runs before, as the user
 */
export function ownUser(
  user: User,
  { takes, before = [] }: { readonly takes: readonly string[]; readonly before?: readonly string[] },
): Settings {
  return {
    User: user,
    NoNewPrivileges: 'yes',
    RuntimeDirectory: user,
    RuntimeDirectoryMode: '0700',
    ExecStartPre: [...before, `+/usr/bin/install -o ${user} -m 0400 -t ${folderOf(user)} ${takes.join(' ')}`],
  };
}

/** Where a service finds a file that it takes at its start. */
export function taken(user: User, path: string): string {
  return `${folderOf(user)}/${basename(path)}`;
}

/** The users, as systemd-sysusers reads them. https://www.freedesktop.org/software/systemd/man/latest/sysusers.d.html */
export function sysusers(): string {
  return users.map((user) => `u ${user} - "${user} of Kubernetes"\n`).join('');
}

function folderOf(user: User): string {
  return `/run/${user}`;
}
