import type { Cluster } from '../cluster/cluster.ts';
import { getMinorVersion } from '../cluster/releases.ts';
import { paths } from './paths.ts';
import { buildServiceUserSettings, getCredentialPath } from './service-user.ts';
import { renderCommandLine, renderSystemdUnit } from './systemd-unit.ts';

const user = 'kube-controller-manager';
const credentialFiles = ['ca-key.pem', 'service-account-key.pem', 'kube-controller-manager.kubeconfig'];

/**
 * Renders the controller manager unit, identical on all controllers. The tutorial's `--cluster-cidr` and
 * `--service-cluster-ip-range` are omitted: they have no effect without `--allocate-node-cidrs`, because kthw assigns pod
 * CIDRs. It listens on loopback, because only local probes read its health.
 */
export function renderKubeControllerManagerUnit(cluster: Cluster): string {
  const dir = paths.kubernetes;
  const toCredentialPath = (file: string) => getCredentialPath(user, `${dir}/${file}`);
  const start = renderCommandLine(`${paths.bin}/kube-controller-manager`, {
    'bind-address': '127.0.0.1',
    'cluster-name': 'kubernetes',
    'cluster-signing-cert-file': `${dir}/ca.pem`,
    'cluster-signing-key-file': toCredentialPath('ca-key.pem'),
    // With per-controller credentials, upstream's 20 requests per second delay startup by seconds.
    'kube-api-burst': '200',
    'kube-api-qps': '100',
    kubeconfig: toCredentialPath('kube-controller-manager.kubeconfig'),
    'leader-elect': 'true',
    // Interval at which taints of nodes that became Ready are removed. Default: 5 s.
    'node-monitor-period': '1s',
    // Before 1.22, the default is an unauthenticated port on all addresses.
    port: getMinorVersion(cluster.release) < 22 ? '0' : undefined,
    profiling: 'false',
    'root-ca-file': `${dir}/ca.pem`,
    'service-account-private-key-file': toCredentialPath('service-account-key.pem'),
    // Default: 12,500.
    'terminated-pod-gc-threshold': '1000',
    'use-service-account-credentials': 'true',
    v: '2',
  });
  return renderSystemdUnit({
    description: 'Kubernetes controller manager',
    unit: {
      Documentation: 'https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/',
      After: 'kube-apiserver.service',
    },
    service: {
      ...buildServiceUserSettings(user, { credentials: credentialFiles.map((file) => `${dir}/${file}`) }),
      ExecStart: start,
    },
  });
}
