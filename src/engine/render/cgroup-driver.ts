import { getMinorVersion, type Release } from '../cluster/releases.ts';

/**
 * Who makes the cgroups of pods; kubelet and container runtime must agree. From 1.22 on it is systemd, which is what
 * kubeadm then made its default; before, the kubelet's own default.
 */
export function getCgroupDriver(release: Release): 'systemd' | 'cgroupfs' {
  return getMinorVersion(release) >= 22 ? 'systemd' : 'cgroupfs';
}
