import { getMinorVersion, type Release } from '../cluster/releases.ts';
import { renderYamlDocuments } from './yaml-documents.ts';

/**
 * Renders the admission plugin configuration. Event rate limits keep events from filling etcd. From 1.23, Pod Security
 * enforces `baseline` and warns below `restricted`, unless a namespace label overrides it.
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#eventratelimit
 * https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-admission-controller/
 */
export function renderAdmissionConfig(release: Release): string {
  const minor = getMinorVersion(release);
  return renderYamlDocuments({
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AdmissionConfiguration',
    plugins: [
      {
        name: 'EventRateLimit',
        configuration: {
          apiVersion: 'eventratelimit.admission.k8s.io/v1alpha1',
          kind: 'Configuration',
          limits: [
            { type: 'Namespace', qps: 100, burst: 500, cacheSize: 2000 },
            { type: 'User', qps: 50, burst: 200, cacheSize: 2000 },
          ],
        },
      },
      ...(minor >= 23 ? [{ name: 'PodSecurity', configuration: buildPodSecurityConfig(minor) }] : []),
    ],
  });
}

function buildPodSecurityConfig(minor: number): object {
  return {
    apiVersion: `pod-security.admission.config.k8s.io/${minor >= 25 ? 'v1' : 'v1beta1'}`,
    kind: 'PodSecurityConfiguration',
    defaults: {
      enforce: 'baseline',
      'enforce-version': 'latest',
      audit: 'restricted',
      'audit-version': 'latest',
      warn: 'restricted',
      'warn-version': 'latest',
    },
    exemptions: { usernames: [], runtimeClasses: [], namespaces: ['kube-system'] },
  };
}
