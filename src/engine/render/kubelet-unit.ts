import type { Cluster, Worker } from '../cluster/cluster.ts';
import { minorOf } from '../cluster/releases.ts';
import { kubeletResolvConf } from './kubelet-config.ts';
import { paths } from './paths.ts';
import { images } from './system-images.ts';
import { commandLine, systemdUnit } from './systemd-unit.ts';

/**
 * The kubelet of one worker. The tutorial's `--network-plugin` and `--image-pull-progress-deadline` are left out: they spoke
 * to Docker only, and went in 1.24 together with `--container-runtime`'s default of Docker.
 */
export function kubeletUnit(cluster: Cluster, worker: Worker): string {
  const minor = minorOf(cluster.release);
  const start = commandLine(`${paths.bin}/kubelet`, {
    config: `${paths.kubelet}/kubelet-config.yaml`,
    'container-runtime': minor < 24 ? 'remote' : undefined,
    // From 1.27 on it is a field of the configuration.
    'container-runtime-endpoint': minor < 27 ? paths.containerdSocket : undefined,
    'hostname-override': worker.name,
    kubeconfig: `${paths.kubelet}/kubeconfig`,
    'node-ip': worker.address,
    // Not pulled by this name: kept from being cleaned up. From 1.27 on the container runtime says what to keep.
    'pod-infra-container-image': minor < 27 ? images(cluster.release).pause : undefined,
    v: '2',
  });
  return systemdUnit({
    description: 'Kubernetes kubelet',
    unit: {
      Documentation: 'https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/',
      After: 'containerd.service',
      Requires: 'containerd.service',
    },
    service: { ExecStartPre: pickResolvConf(), ExecStart: start },
  });
}

/** Where systemd-resolved answers on loopback, pods need the servers behind it: their loopback is not the machine's. */
function pickResolvConf(): string {
  const resolved = '/run/systemd/resolve/resolv.conf';
  const link = (target: string) => `ln -sfn ${target} ${kubeletResolvConf}`;
  return `/bin/sh -c '${link('/etc/resolv.conf')}; if test -e ${resolved}; then ${link(resolved)}; fi'`;
}
