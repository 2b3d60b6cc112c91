import { getMinorVersion, type Release } from '../cluster/releases.ts';

/**
 * Returns the cgroup driver, which must be the same for kubelet and container runtime: systemd from 1.22, when kubeadm made
 * it the default, and the kubelet's default before.
 */
export function getCgroupDriver(release: Release): 'systemd' | 'cgroupfs' {
  return getMinorVersion(release) >= 22 ? 'systemd' : 'cgroupfs';
}
