import { minorOf, type Release } from '../cluster/releases.ts';
import { paths } from './paths.ts';
import { taken } from './service-user.ts';
import { yamlDocuments } from './yaml-documents.ts';

/** Configuration of the scheduler. Its API went from v1beta1 to v1 between 1.20 and 1.25. */
export function kubeSchedulerConfig(release: Release): string {
  const version = apiVersion(minorOf(release));
  // Only v1beta1 still has an unauthenticated port; by default it would be open on every address.
  const plain =
    version === 'v1beta1' ? { healthzBindAddress: '127.0.0.1:10251', metricsBindAddress: '127.0.0.1:10251' } : {};
  return yamlDocuments({
    apiVersion: `kubescheduler.config.k8s.io/${version}`,
    kind: 'KubeSchedulerConfiguration',
    clientConnection: { kubeconfig: taken('kube-scheduler', paths.schedulerKubeconfig) },
    enableProfiling: false,
    leaderElection: { leaderElect: true },
    ...plain,
  });
}

/** The newest that a minor version knows: each was served for a few versions beside the next. */
function apiVersion(minor: number): string {
  if (minor >= 25) return 'v1';
  if (minor >= 23) return 'v1beta3';
  return minor >= 22 ? 'v1beta2' : 'v1beta1';
}
