import type { Cluster, WorkerInstance } from '../cluster/cluster.ts';
import { getMinorVersion } from '../cluster/releases.ts';
import { getCgroupDriver } from './cgroup-driver.ts';
import { kubeletCipherSuites, minTlsVersion } from './cipher-suites.ts';
import { paths } from './paths.ts';
import { getSystemImages } from './system-images.ts';
import { renderCommandLine, renderSystemdUnit } from './systemd-unit.ts';
import { renderYamlDocuments } from './yaml-documents.ts';

/** Symlink to the node's resolv.conf, set by the kubelet unit. */
const kubeletResolvConfPath = `${paths.kubelet}/resolv.conf`;

/** Renders the kubelet configuration of one worker. */
export function renderKubeletConfig(cluster: Cluster, worker: WorkerInstance): string {
  return renderYamlDocuments({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${paths.kubernetes}/ca.pem` },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: getCgroupDriver(cluster.release),
    clusterDNS: [cluster.dnsServiceAddress],
    clusterDomain: 'cluster.local',
    ...(getMinorVersion(cluster.release) >= 27 ? { containerRuntimeEndpoint: paths.containerdSocket } : {}),
    // The API server's EventRateLimit limits events too.
    eventRecordQPS: 50,
    // Pods never use swap, so swap need not prevent startup.
    failSwapOn: false,
    // Nodes become Ready at one of these updates, because the fast initial update of 1.20 waits for spec.podCIDR, which is
    // not set here. The report frequency would follow this value if unset.
    nodeStatusUpdateFrequency: '1s',
    nodeStatusReportFrequency: '5m',
    podCIDR: worker.podCidr,
    // Keeps one pod from using all PIDs of the node.
    podPidsLimit: 4096,
    resolvConf: kubeletResolvConfPath,
    runtimeRequestTimeout: '15m',
    // Applies the runtime's seccomp profile by default. Available by default from 1.25.
    ...(getMinorVersion(cluster.release) >= 25 ? { seccompDefault: true } : {}),
    tlsCertFile: `${paths.kubelet}/${worker.name}.pem`,
    tlsCipherSuites: kubeletCipherSuites,
    tlsMinVersion: minTlsVersion,
    tlsPrivateKeyFile: `${paths.kubelet}/${worker.name}-key.pem`,
  });
}

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
