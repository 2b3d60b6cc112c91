import type { Cluster } from '../cluster/cluster.ts';
import { getMinorVersion } from '../cluster/releases.ts';
import { paths } from './paths.ts';
import { buildServiceUserSettings, getCredentialPath } from './service-user.ts';
import { renderCommandLine, renderSystemdUnit } from './systemd-unit.ts';

const user = 'kube-controller-manager';
const credentialFiles = ['ca-key.pem', 'service-account-key.pem', 'kube-controller-manager.kubeconfig'];

/**
 * The controller manager, the same on every controller. The tutorial's `--cluster-cidr` and `--service-cluster-ip-range` are
 * left out: they say nothing without `--allocate-node-cidrs`, and pod ranges here are given by the plan. It listens on
 * loopback, since only the machine itself asks for its health.
 */
export function renderKubeControllerManagerUnit(cluster: Cluster): string {
  const dir = paths.kubernetes;
  const toCredentialPath = (file: string) => getCredentialPath(user, `${dir}/${file}`);
  const start = renderCommandLine(`${paths.bin}/kube-controller-manager`, {
    'bind-address': '127.0.0.1',
    'cluster-name': 'kubernetes',
    'cluster-signing-cert-file': `${dir}/ca.pem`,
    'cluster-signing-key-file': toCredentialPath('ca-key.pem'),
    // With credentials for each controller, upstream's 20 requests a second hold up the start of them all by seconds.
    'kube-api-burst': '200',
    'kube-api-qps': '100',
    kubeconfig: toCredentialPath('kube-controller-manager.kubeconfig'),
    'leader-elect': 'true',
    // Every this often a node that became Ready is let have pods; by default 5 s.
    'node-monitor-period': '1s',
    // Until 1.22 an unauthenticated port, open on every address, is the default.
    port: getMinorVersion(cluster.release) < 22 ? '0' : undefined,
    profiling: 'false',
    'root-ca-file': `${dir}/ca.pem`,
    'service-account-private-key-file': toCredentialPath('service-account-key.pem'),
    // Pods that have ended are kept until there are this many; by default 12,500.
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
