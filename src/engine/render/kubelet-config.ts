import type { Cluster, WorkerInstance } from '../cluster/cluster.ts';
import { getMinorVersion } from '../cluster/releases.ts';
import { getCgroupDriver } from './cgroup-driver.ts';
import { cipherSuites, minTlsVersion } from './cipher-suites.ts';
import { paths } from './paths.ts';
import { renderYamlDocuments } from './yaml-documents.ts';

/** Symlink to the node's resolv.conf, set by the kubelet unit. */
export const kubeletResolvConfPath = `${paths.kubelet}/resolv.conf`;

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
    tlsCipherSuites: cipherSuites,
    tlsMinVersion: minTlsVersion,
    tlsPrivateKeyFile: `${paths.kubelet}/${worker.name}-key.pem`,
  });
}
