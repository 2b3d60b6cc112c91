/** Host paths of a machine's parts. */
export interface NspawnSettings {
  readonly name: string;
  readonly root: string;
  readonly networkNamespace: string;
  readonly hostsFile: string;
  /** Host directories and their mount points in the machine. */
  readonly binds: readonly (readonly [from: string, to: string])[];
}

/**
 * Arguments of systemd-nspawn for a machine that runs containers: all capabilities and system calls. Does not register
 * with the host's systemd, which may be absent. Options: systemd-nspawn(1).
 */
export function buildNspawnArguments({
  name,
  root,
  networkNamespace,
  hostsFile,
  binds,
}: NspawnSettings): readonly string[] {
  return [
    '--quiet',
    '--boot',
    '--settings=no',
    '--register=no',
    '--keep-unit',
    '--link-journal=no',
    '--timezone=off',
    '--resolv-conf=off',
    '--console=read-only',
    '--capability=all',
    '--system-call-filter=@known',
    `--directory=${root}`,
    `--machine=${name}`,
    `--hostname=${name}`,
    `--network-namespace-path=${networkNamespace}`,
    '--bind=/dev/kmsg',
    `--bind-ro=${escapeBindPath(hostsFile)}:/etc/hosts`,
    ...binds.map(([from, to]) => `--bind=${escapeBindPath(from)}:${to}`),
  ];
}

/** Escape colons: they separate the fields of a bind. */
function escapeBindPath(path: string): string {
  return path.replace(/[\\:]/g, '\\$&');
}
