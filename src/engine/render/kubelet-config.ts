import type { Cluster, WorkerInstance } from '../cluster/cluster.ts';
import { getMinorVersion } from '../cluster/releases.ts';
import { getCgroupDriver } from './cgroup-driver.ts';
import { cipherSuites, minTlsVersion } from './cipher-suites.ts';
import { paths } from './paths.ts';
import { renderYamlDocuments } from './yaml-documents.ts';

/** The resolver of pods that use the machine's own: a link that the kubelet's unit sets. */
export const kubeletResolvConfPath = `${paths.kubelet}/resolv.conf`;

/** Configuration of one worker's kubelet. */
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
    // A crowd of events is the API server's to slow down.
    eventRecordQPS: 50,
    // Swap is never used, and no reason not to start.
    failSwapOn: false,
    // A node turns Ready at one of these looks: the quick first look of 1.20 waits for spec.podCIDR, which nobody sets
    // here. Reports without news stay at five minutes; unset, they would follow this.
    nodeStatusUpdateFrequency: '1s',
    nodeStatusReportFrequency: '5m',
    podCIDR: worker.podCidr,
    // One pod alone can't take all processes of a machine.
    podPidsLimit: 4096,
    resolvConf: kubeletResolvConfPath,
    runtimeRequestTimeout: '15m',
    // Pods get the runtime's own filter of system calls unless they ask for none. On by default from 1.25 on.
    ...(getMinorVersion(cluster.release) >= 25 ? { seccompDefault: true } : {}),
    tlsCertFile: `${paths.kubelet}/${worker.name}.pem`,
    tlsCipherSuites: cipherSuites,
    tlsMinVersion: minTlsVersion,
    tlsPrivateKeyFile: `${paths.kubelet}/${worker.name}-key.pem`,
  });
}
