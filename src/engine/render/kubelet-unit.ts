import type { Cluster, WorkerInstance } from '../cluster/cluster.ts';
import { getMinorVersion } from '../cluster/releases.ts';
import { kubeletResolvConfPath } from './kubelet-config.ts';
import { paths } from './paths.ts';
import { getSystemImages } from './system-images.ts';
import { renderCommandLine, renderSystemdUnit } from './systemd-unit.ts';

/**
 * Renders the kubelet unit of one worker. The tutorial's `--network-plugin` and `--image-pull-progress-deadline` are omitted:
 * they applied to Docker only and were removed in 1.24, when `--container-runtime` stopped defaulting to Docker.
 */
export function renderKubeletUnit(cluster: Cluster, worker: WorkerInstance): string {
  const minor = getMinorVersion(cluster.release);
  const start = renderCommandLine(`${paths.bin}/kubelet`, {
    config: `${paths.kubelet}/kubelet-config.yaml`,
    'container-runtime': minor < 24 ? 'remote' : undefined,
    // From 1.27, a field of the configuration.
    'container-runtime-endpoint': minor < 27 ? paths.containerdSocket : undefined,
    'hostname-override': worker.name,
    kubeconfig: `${paths.kubelet}/kubeconfig`,
    'node-ip': worker.address,
    // Protects the image from garbage collection. From 1.27, the container runtime pins it.
    'pod-infra-container-image': minor < 27 ? getSystemImages(cluster.release).pause : undefined,
    v: '2',
  });
  return renderSystemdUnit({
    description: 'Kubernetes kubelet',
    unit: {
      Documentation: 'https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/',
      After: 'containerd.service',
      Requires: 'containerd.service',
    },
    service: { ExecStartPre: renderResolvConfCommand(), ExecStart: start },
  });
}

/** Pods can't reach systemd-resolved on the node's loopback address and need its upstream servers. */
function renderResolvConfCommand(): string {
  const systemdResolvConf = '/run/systemd/resolve/resolv.conf';
  const renderLink = (target: string) => `ln -sfn ${target} ${kubeletResolvConfPath}`;
  return `/bin/sh -c '${renderLink('/etc/resolv.conf')}; if test -e ${systemdResolvConf}; then ${renderLink(systemdResolvConf)}; fi'`;
}
