import type { Cluster, Instance } from '../cluster/cluster.ts';
import { getMinorVersion } from '../cluster/releases.ts';
import { cipherSuites, minTlsVersion } from './cipher-suites.ts';
import { paths } from './paths.ts';
import { buildServiceUserSettings, getCredentialPath } from './service-user.ts';
import { renderCommandLine, renderSystemdUnit } from './systemd-unit.ts';

interface KubeApiserverUnitOptions {
  /** Serves alpha APIs, as the tutorial does. @default false as upstream, because alpha APIs change between versions */
  readonly alphaApis?: boolean;
}

/** The tutorial's plugins, and those that limit events and deny external IPs of services. */
const listAdmissionPlugins = (minor: number) => [
  'NamespaceLifecycle',
  'NodeRestriction',
  'LimitRanger',
  'ServiceAccount',
  'DefaultStorageClass',
  'ResourceQuota',
  'EventRateLimit',
  // Available from 1.21, a mitigation of CVE-2020-8554.
  ...(minor >= 21 ? ['DenyServiceExternalIPs'] : []),
];

/** Pods verify tokens here. They reach the service, but not always the public address. */
const serviceUrl = 'https://kubernetes.default.svc.cluster.local';
const user = 'kube-apiserver';
/** Files readable by root only. */
const credentialFiles = [
  'encryption-config.yaml',
  'kubernetes-key.pem',
  'apiserver-etcd-client-key.pem',
  'service-account-key.pem',
];

/**
 * Renders the API server unit of one controller. All supported versions know these flags. The tutorial's `--apiserver-count`
 * is omitted: since 1.9, it has no effect without another flag.
 */
export function renderKubeApiserverUnit(
  cluster: Cluster,
  controller: Instance,
  options: KubeApiserverUnitOptions = {},
): string {
  const dir = paths.kubernetes;
  const toCredentialPath = (file: string) => getCredentialPath(user, `${dir}/${file}`);
  const start = renderCommandLine(`${paths.bin}/kube-apiserver`, {
    'admission-control-config-file': `${paths.kubernetesConfig}/admission.yaml`,
    'advertise-address': controller.address,
    'allow-privileged': 'true',
    // Health probes authenticate with a certificate.
    'anonymous-auth': 'false',
    'audit-log-maxage': '30',
    'audit-log-maxbackup': '10',
    'audit-log-maxsize': '100',
    'audit-log-path': paths.auditLog,
    'audit-policy-file': `${paths.kubernetesConfig}/audit-policy.yaml`,
    'authorization-mode': 'Node,RBAC',
    'bind-address': '0.0.0.0',
    'client-ca-file': `${dir}/ca.pem`,
    'enable-admission-plugins': listAdmissionPlugins(getMinorVersion(cluster.release)).join(','),
    // Control plane nodes run no kube-proxy. Webhooks and aggregated APIs are reached at their pods.
    'enable-aggregator-routing': 'true',
    'encryption-provider-config': toCredentialPath('encryption-config.yaml'),
    'etcd-cafile': `${dir}/etcd-ca.pem`,
    'etcd-certfile': `${dir}/apiserver-etcd-client.pem`,
    'etcd-keyfile': toCredentialPath('apiserver-etcd-client-key.pem'),
    'etcd-servers': cluster.controllerInstances.map((m) => `https://${m.address}:2379`).join(','),
    'event-ttl': '1h',
    'kubelet-certificate-authority': `${dir}/ca.pem`,
    'kubelet-client-certificate': `${dir}/kubernetes.pem`,
    'kubelet-client-key': toCredentialPath('kubernetes-key.pem'),
    // Upstream's order starts with hostnames, so logs and exec would depend on a resolver that knows the nodes.
    'kubelet-preferred-address-types': 'InternalIP,Hostname,InternalDNS,ExternalDNS,ExternalIP',
    profiling: 'false',
    'runtime-config': options.alphaApis ? 'api/all=true' : undefined,
    // Otherwise, tokens are valid for a year.
    'service-account-extend-token-expiration': 'false',
    'service-account-issuer': serviceUrl,
    'service-account-jwks-uri': `${serviceUrl}/openid/v1/jwks`,
    'service-account-key-file': `${dir}/service-account.pem`,
    'service-account-signing-key-file': toCredentialPath('service-account-key.pem'),
    'service-cluster-ip-range': cluster.serviceCidr,
    'service-node-port-range': '30000-32767',
    'tls-cipher-suites': cipherSuites.join(','),
    'tls-cert-file': `${dir}/kubernetes.pem`,
    'tls-min-version': minTlsVersion,
    'tls-private-key-file': toCredentialPath('kubernetes-key.pem'),
    v: '2',
  });
  return renderSystemdUnit({
    description: 'Kubernetes API server',
    unit: {
      Documentation: 'https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/',
      After: 'network-online.target etcd.service',
      Wants: 'network-online.target',
    },
    service: {
      ...buildServiceUserSettings(user, { credentials: credentialFiles.map((file) => `${dir}/${file}`) }),
      // Contains the audit log.
      LogsDirectory: user,
      LogsDirectoryMode: '0700',
      ExecStart: start,
      LimitNOFILE: '65536',
    },
  });
}
