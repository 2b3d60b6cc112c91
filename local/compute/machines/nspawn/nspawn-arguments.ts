/** Host paths of a machine's parts. */
export interface NspawnSettings {
  readonly name: string;
  readonly root: string;
  readonly networkNamespace: string;
  readonly hostsFile: string;
  /** Host directories and their mount points in the machine. */
  readonly binds: readonly (readonly [from: string, to: string])[];
}

/** Capabilities that act on the host and that neither the kubelet nor pods need: capabilities(7). */
const droppedCapabilities = ['CAP_SYS_MODULE', 'CAP_SYS_RAWIO', 'CAP_SYS_TIME'] as const;

/**
 * Arguments of systemd-nspawn for a machine that runs containers: nearly all capabilities, and all system calls. Does
 * not register with the host's systemd, which may be absent. Options: systemd-nspawn(1).
 *
 * A machine has no user namespace, so its root can become root of the host. Measured on 2026-12-01 with systemd 252,
 * Linux 6.18 and `--private-users`: overlay mounts cannot be ID-mapped, and a change of the owners copies 227 MB per
 * machine. The kubelet, containerd and kube-proxy cannot lower their `oom_score_adj`, and /dev/kmsg and the kubelet's
 * sysctls are out of reach. Kubernetes tolerates that only since 1.22, with the feature gate KubeletInUserNamespace.
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
    `--drop-capability=${droppedCapabilities.join(',')}`,
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
