import type { Cluster, Machine } from '../cluster.ts';
import { paths } from './paths.ts';
import { commandLine, systemdUnit } from './systemd-unit.ts';

export interface ApiServerOptions {
  /** Where clients reach the API server; tokens of service accounts carry it as their issuer. */
  readonly publicAddress: string;
  /** Serve alpha APIs too, as the tutorial does. @default false, as upstream: they come, change and go between versions */
  readonly alphaApis?: boolean;
}

/** Admission beyond upstream's defaults is NodeRestriction; the others are named as the tutorial names them. */
const admissionPlugins = [
  'NamespaceLifecycle',
  'NodeRestriction',
  'LimitRanger',
  'ServiceAccount',
  'DefaultStorageClass',
  'ResourceQuota',
];

/**
 * The API server on one controller. All its flags are known to every version in the catalogue. The tutorial's
 * `--apiserver-count` is left out: since 1.9 it has had no effect without another flag.
 */
export function kubeApiserverUnit(cluster: Cluster, controller: Machine, options: ApiServerOptions): string {
  const dir = paths.kubernetes;
  const start = commandLine(`${paths.bin}/kube-apiserver`, {
    'advertise-address': controller.address,
    'allow-privileged': 'true',
    'audit-log-maxage': '30',
    'audit-log-maxbackup': '3',
    'audit-log-maxsize': '100',
    'audit-log-path': paths.auditLog,
    'audit-policy-file': `${dir}/audit-policy.yaml`,
    'authorization-mode': 'Node,RBAC',
    'bind-address': '0.0.0.0',
    'client-ca-file': `${dir}/ca.pem`,
    'enable-admission-plugins': admissionPlugins.join(','),
    'encryption-provider-config': `${dir}/encryption-config.yaml`,
    'etcd-cafile': `${dir}/ca.pem`,
    'etcd-certfile': `${dir}/kubernetes.pem`,
    'etcd-keyfile': `${dir}/kubernetes-key.pem`,
    'etcd-servers': cluster.controllerMachines.map((m) => `https://${m.address}:2379`).join(','),
    'event-ttl': '1h',
    'kubelet-certificate-authority': `${dir}/ca.pem`,
    'kubelet-client-certificate': `${dir}/kubernetes.pem`,
    'kubelet-client-key': `${dir}/kubernetes-key.pem`,
    // Addresses first: upstream's order begins with names, so that logs and exec would hang on a resolver that has none.
    'kubelet-preferred-address-types': 'InternalIP,Hostname,InternalDNS,ExternalDNS,ExternalIP',
    'runtime-config': options.alphaApis ? 'api/all=true' : undefined,
    'service-account-issuer': `https://${options.publicAddress}:6443`,
    'service-account-key-file': `${dir}/service-account.pem`,
    'service-account-signing-key-file': `${dir}/service-account-key.pem`,
    'service-cluster-ip-range': cluster.serviceCidr,
    'service-node-port-range': '30000-32767',
    'tls-cert-file': `${dir}/kubernetes.pem`,
    'tls-private-key-file': `${dir}/kubernetes-key.pem`,
    v: '2',
  });
  return systemdUnit({
    description: 'Kubernetes API server',
    unit: {
      Documentation: 'https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/',
      After: 'network-online.target etcd.service',
      Wants: 'network-online.target',
    },
    service: { ExecStart: start, LimitNOFILE: '65536' },
  });
}
