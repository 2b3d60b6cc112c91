/** Paths on instances, as in the tutorial. */
export const paths = {
  units: '/etc/systemd/system',
  bin: '/usr/local/bin',
  etcdConfig: '/etc/etcd',
  etcdData: '/var/lib/etcd',
  kubernetes: '/var/lib/kubernetes',
  /** Path prefix of certificate and key. */
  healthCheckCertificate: '/var/lib/kubernetes/health-check',
  schedulerKubeconfig: '/var/lib/kubernetes/kube-scheduler.kubeconfig',
  kubernetesConfig: '/etc/kubernetes/config',
  kubelet: '/var/lib/kubelet',
  kubeProxy: '/var/lib/kube-proxy',
  auditLog: '/var/log/kube-apiserver/audit.log',
  cniBin: '/opt/cni/bin',
  cniConfig: '/etc/cni/net.d',
  containerdConfig: '/etc/containerd/config.toml',
  /** Contains a directory with `hosts.toml` for each registry. */
  registryHosts: '/etc/containerd/certs.d',
  containerdSocket: 'unix:///run/containerd/containerd.sock',
  nginxSite: '/etc/nginx/sites-available/kubernetes.default.svc.cluster.local',
  nginxSiteEnabled: '/etc/nginx/sites-enabled/kubernetes.default.svc.cluster.local',
  kernelModules: '/etc/modules-load.d/kubernetes.conf',
  sysctls: '/etc/sysctl.d/99-kubernetes.conf',
  metadataFirewallRules: '/etc/kthw/metadata-firewall.rules',
  sysusers: '/etc/sysusers.d/kubernetes.conf',
} as const;
