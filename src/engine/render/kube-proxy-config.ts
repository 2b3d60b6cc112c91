import type { Cluster, WorkerInstance } from '../cluster/cluster.ts';
import { paths } from './paths.ts';
import { renderYamlDocuments } from './yaml-documents.ts';

/** Configuration of one worker's kube-proxy. */
export function renderKubeProxyConfig(cluster: Cluster, worker: WorkerInstance): string {
  return renderYamlDocuments({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig: `${paths.kubeProxy}/kubeconfig` },
    clusterCIDR: cluster.podCidr,
    // Zero leaves the kernel's own limit. It belongs to the whole kernel, so that inside a container it can't be set, and
    // kube-proxy ends when it tries and fails.
    conntrack: { maxPerCore: 0 },
    hostnameOverride: worker.name,
    mode: 'iptables',
  });
}
