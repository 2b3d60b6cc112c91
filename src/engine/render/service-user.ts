import { basename } from 'node:path/posix';
import type { UnitSettings } from './systemd-unit.ts';

/** Dedicated system users of control plane components, without login. */
export const serviceUsers = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;
type ServiceUser = (typeof serviceUsers)[number];

/**
 * Builds unit settings that run a service as a dedicated user. Secret files stay owned by root, so that a compromised
 * component can't change them. At each start, systemd copies the required files to a directory in memory that only the user
 * can access. (`LoadCredential=` is equivalent, but requires systemd 247; Ubuntu 20.04 has 245.)
 * @param options.credentials files that only root can read
 * @param options.preStart commands to run before, as the user
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

/** Returns the path of a service's runtime copy of a credential file. */
export function getCredentialPath(user: ServiceUser, path: string): string {
  return `${getRuntimeDirectory(user)}/${basename(path)}`;
}

function getRuntimeDirectory(user: ServiceUser): string {
  return `/run/${user}`;
}
