/** Where a machine's parts are on the host. */
export interface NspawnSettings {
  readonly name: string;
  readonly root: string;
  readonly networkNamespace: string;
  readonly hostsFile: string;
  /** Folders of the host, and where they appear in the machine. */
  readonly binds: readonly (readonly [from: string, to: string])[];
}

/**
 * How systemd-nspawn is called to boot a machine that runs containers itself: every capability and system call there is,
 * and no dealings with the host's systemd, which need not be there. Options: systemd-nspawn(1).
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

/** A colon separates the parts of a bind, unless escaped. */
function escapeBindPath(path: string): string {
  return path.replace(/[\\:]/g, '\\$&');
}
