/** Versions in Debian 12; the mirror serves these. */
export const versions = {
  kubernetes: '1.20.2',
  etcd: '3.4.23',
  containerd: '1.6.20',
  runc: '1.1.5',
  cniPlugins: '1.1.1',
} as const;

/** Kubernetes programs on dl.k8s.io, each with a `.sha256` file. */
export const kubernetesPrograms = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'kubectl',
] as const;

/** Upstream location of each download: `HOST/PATH`, without the scheme. */
export const releasePaths = {
  kubernetes: `dl.k8s.io/release/v${versions.kubernetes}/bin/linux/amd64`,
  etcd: `github.com/etcd-io/etcd/releases/download/v${versions.etcd}`,
  containerd: `github.com/containerd/containerd/releases/download/v${versions.containerd}`,
  runc: `github.com/opencontainers/runc/releases/download/v${versions.runc}`,
  cniPlugins: `github.com/containernetworking/plugins/releases/download/v${versions.cniPlugins}`,
} as const satisfies Record<keyof typeof versions, string>;
