import type { Cluster, WorkerInstance } from '../cluster/cluster.ts';
import { paths } from './paths.ts';
import { renderYamlDocuments } from './yaml-documents.ts';

/** Renders the kube-proxy configuration of one worker. */
export function renderKubeProxyConfig(cluster: Cluster, worker: WorkerInstance): string {
  return renderYamlDocuments({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig: `${paths.kubeProxy}/kubeconfig` },
    clusterCIDR: cluster.podCidr,
    // Zero keeps the kernel's limit. It applies to the whole kernel and can't be set inside a container, where kube-proxy
    // would exit on failure.
    conntrack: { maxPerCore: 0 },
    hostnameOverride: worker.name,
    mode: 'iptables',
  });
}
