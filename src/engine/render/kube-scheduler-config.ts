import { getMinorVersion, type Release } from '../cluster/releases.ts';
import { paths } from './paths.ts';
import { getCredentialPath } from './service-user.ts';
import { renderYamlDocuments } from './yaml-documents.ts';

/** Configuration of the scheduler. Its API went from v1beta1 to v1 between 1.20 and 1.25. */
export function renderKubeSchedulerConfig(release: Release): string {
  const version = getApiVersion(getMinorVersion(release));
  // Only v1beta1 still has an unauthenticated port; by default it would be open on every address.
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

/** The newest that a minor version knows: each was served for a few versions beside the next. */
function getApiVersion(minor: number): string {
  if (minor >= 25) return 'v1';
  if (minor >= 23) return 'v1beta3';
  return minor >= 22 ? 'v1beta2' : 'v1beta1';
}
