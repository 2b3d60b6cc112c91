import { getMinorVersion, type Release } from '../cluster/releases.ts';
import { paths } from './paths.ts';
import { buildServiceUserSettings, getCredentialPath } from './service-user.ts';
import { renderCommandLine, renderSystemdUnit } from './systemd-unit.ts';
import { renderYamlDocuments } from './yaml-documents.ts';

/** Renders the scheduler configuration. Its API changed from v1beta1 to v1 between 1.20 and 1.25. */
export function renderKubeSchedulerConfig(release: Release): string {
  const version = getApiVersion(getMinorVersion(release));
  // Only v1beta1 has an unauthenticated port, open on all addresses by default.
  const insecureBindAddresses =
    version === 'v1beta1' ? { healthzBindAddress: '127.0.0.1:10251', metricsBindAddress: '127.0.0.1:10251' } : {};
  return renderYamlDocuments({
    apiVersion: `kubescheduler.config.k8s.io/${version}`,
    kind: 'KubeSchedulerConfiguration',
    clientConnection: { kubeconfig: getCredentialPath('kube-scheduler', paths.schedulerKubeconfig) },
    enableProfiling: false,
    leaderElection: { leaderElect: true },
    ...insecureBindAddresses,
  });
}

/** Returns the newest API version that a Kubernetes minor version supports. */
function getApiVersion(minor: number): string {
  if (minor >= 25) return 'v1';
  if (minor >= 23) return 'v1beta3';
  return minor >= 22 ? 'v1beta2' : 'v1beta1';
}

/** Renders the scheduler unit, identical on all controllers. It listens on loopback, because only local probes read its health. */
export function renderKubeSchedulerUnit(): string {
  const start = renderCommandLine(`${paths.bin}/kube-scheduler`, {
    config: `${paths.kubernetesConfig}/kube-scheduler.yaml`,
    'bind-address': '127.0.0.1',
    // The configuration file decides; this flag is for scanners that read the command line.
    profiling: 'false',
    v: '2',
  });
  return renderSystemdUnit({
    description: 'Kubernetes scheduler',
    unit: {
      Documentation: 'https://kubernetes.io/docs/reference/command-line-tools-reference/kube-scheduler/',
      After: 'kube-apiserver.service',
    },
    service: {
      ...buildServiceUserSettings('kube-scheduler', { credentials: [paths.schedulerKubeconfig] }),
      ExecStart: start,
    },
  });
}
