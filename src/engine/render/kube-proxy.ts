import type { Cluster, WorkerInstance } from '../cluster/cluster.ts';
import { paths } from './paths.ts';
import { renderCommandLine, renderSystemdUnit } from './systemd-unit.ts';
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

/** Renders the kube-proxy unit, identical on all workers. */
export function renderKubeProxyUnit(): string {
  return renderSystemdUnit({
    description: 'Kubernetes proxy',
    unit: {
      Documentation: 'https://kubernetes.io/docs/reference/command-line-tools-reference/kube-proxy/',
      After: 'network-online.target',
      Wants: 'network-online.target',
    },
    service: {
      ExecStart: renderCommandLine(`${paths.bin}/kube-proxy`, {
        config: `${paths.kubeProxy}/kube-proxy-config.yaml`,
        v: '2',
      }),
    },
  });
}
