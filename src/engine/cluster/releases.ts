/** Compatible component versions, without a leading `v`. */
export interface Release {
  readonly kubernetes: string;
  readonly etcd: string;
  readonly containerd: string;
  readonly runc: string;
  /** CNI plugins of the CNI project. */
  readonly cni: string;
  readonly coredns: string;
  /** Image of the pause container of each pod. */
  readonly pause: string;
}

/**
 * One release for each minor version, oldest first. etcd, CoreDNS and pause are those that the release's own kubeadm
 * installs; containerd is of a line that its support matrix names for that minor (for 1.37 not yet). 1.20.2 is the exception: it has what
 * Debian 12 packages, so that it can be served where no upstream can be reached.
 */
export const releases: readonly Release[] = [
  createRelease(
    '1.20.2',
    { etcd: '3.4.23', coredns: '1.7.0', pause: '3.2' },
    { containerd: '1.6.20', runc: '1.1.5', cni: '1.1.1' },
  ),
  createRelease('1.21.14', { etcd: '3.4.13', coredns: '1.8.0', pause: '3.4.1' }, getContainerd16Runtime()),
  createRelease('1.22.17', { etcd: '3.5.6', coredns: '1.8.4', pause: '3.5' }, getContainerd16Runtime()),
  createRelease('1.23.17', { etcd: '3.5.6', coredns: '1.8.6', pause: '3.6' }, getContainerd16Runtime()),
  createRelease('1.24.17', { etcd: '3.5.6', coredns: '1.8.6', pause: '3.7' }, getContainerd16Runtime()),
  createRelease('1.25.16', { etcd: '3.5.9', coredns: '1.9.3', pause: '3.8' }, getContainerd16Runtime()),
  createRelease('1.26.15', { etcd: '3.5.10', coredns: '1.9.3', pause: '3.9' }, getContainerd17Runtime()),
  createRelease('1.27.16', { etcd: '3.5.12', coredns: '1.10.1', pause: '3.9' }, getContainerd17Runtime()),
  createRelease('1.28.15', { etcd: '3.5.15', coredns: '1.10.1', pause: '3.9' }, getContainerd17Runtime()),
  createRelease('1.29.15', { etcd: '3.5.16', coredns: '1.11.1', pause: '3.9' }, getContainerd17Runtime()),
  createRelease('1.30.14', { etcd: '3.5.15', coredns: '1.11.3', pause: '3.9' }, getContainerd17Runtime()),
  createRelease('1.31.14', { etcd: '3.5.24', coredns: '1.11.3', pause: '3.10' }, getContainerd17Runtime()),
  createRelease('1.32.13', { etcd: '3.5.24', coredns: '1.11.3', pause: '3.10' }, getContainerd17Runtime()),
  createRelease('1.33.13', { etcd: '3.5.24', coredns: '1.12.0', pause: '3.10' }, getContainerd17Runtime()),
  createRelease('1.34.10', { etcd: '3.6.5', coredns: '1.12.1', pause: '3.10.1' }, getContainerd22Runtime()),
  createRelease('1.35.7', { etcd: '3.6.6', coredns: '1.13.1', pause: '3.10.1' }, getContainerd22Runtime()),
  createRelease('1.36.4', { etcd: '3.6.8', coredns: '1.14.2', pause: '3.10.2' }, getContainerd23Runtime()),
  createRelease('1.37.1', { etcd: '3.7.0', coredns: '1.14.6', pause: '3.10.2' }, getContainerd23Runtime()),
];

type Runtime = Pick<Release, 'containerd' | 'runc' | 'cni'>;

function createRelease(
  kubernetes: string,
  rest: Omit<Release, 'kubernetes' | keyof Runtime>,
  runtime: Runtime,
): Release {
  return { kubernetes, ...rest, ...runtime };
}

/** Speaks CRI v1alpha2, which kubelets before 1.26 may ask for, and v1. */
function getContainerd16Runtime(): Runtime {
  return { containerd: '1.6.39', runc: '1.1.15', cni: '1.1.1' };
}

function getContainerd17Runtime(): Runtime {
  return { containerd: '1.7.34', runc: '1.2.9', cni: '1.4.1' };
}

function getContainerd22Runtime(): Runtime {
  return { containerd: '2.2.7', runc: '1.3.6', cni: '1.8.0' };
}

/** Kubernetes 1.36 no longer works with containerd 1.x. runc and plugins are those that the line is tested with. */
function getContainerd23Runtime(): Runtime {
  return { containerd: '2.3.6', runc: '1.4.3', cni: '1.9.1' };
}

/**
 * The release of one Kubernetes version, written in full (`1.20.2`).
 * @throws RangeError that names the known versions
 */
export function getRelease(version: string): Release {
  const found = releases.find((r) => r.kubernetes === version);
  if (found) return found;
  const knownVersions = releases.map((r) => r.kubernetes).join(', ');
  throw new RangeError(`there is no Kubernetes version '${version}' in the catalogue; choose one of ${knownVersions}`);
}

/** Minor version, on which flags and formats depend: 20 for `1.20.2`. */
export function getMinorVersion(release: Release): number {
  return Number(release.kubernetes.split('.')[1]);
}
