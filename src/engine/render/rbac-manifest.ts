import type { KubeObject } from '../kubernetes/object-path.ts';
import { getGrantGroup } from '../pki/user-certificate.ts';
import { renderYamlDocuments } from './yaml-documents.ts';

const apiGroup = 'rbac.authorization.k8s.io';

/**
 * Who may do what, beyond what every cluster knows: the API server (it calls itself `kubernetes`) at the kubelets, for logs,
 * exec and metrics. What people may do is bound grant by grant.
 */
export function buildRbacObjects(): KubeObject[] {
  return [
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRole',
      metadata: {
        name: 'system:kube-apiserver-to-kubelet',
        annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
        labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
      },
      rules: [
        {
          apiGroups: [''],
          resources: ['nodes/proxy', 'nodes/stats', 'nodes/log', 'nodes/spec', 'nodes/metrics'],
          verbs: ['*'],
        },
      ],
    },
    buildClusterRoleBinding('system:kube-apiserver', 'system:kube-apiserver-to-kubelet', {
      kind: 'User',
      name: 'kubernetes',
    }),
  ] as KubeObject[];
}

/** Of every binding of a grant; its value is the grant's id. */
export const grantLabel = 'kthw-grant';

/** Lets one certificate of a person administer the cluster: without this it may do nothing. */
export function buildGrantBinding(grantId: string): KubeObject {
  const name = getGrantGroup(grantId);
  const binding = buildClusterRoleBinding(name, 'cluster-admin', { kind: 'Group', name });
  return { ...binding, metadata: { name, labels: { [grantLabel]: grantId } } } as KubeObject;
}

/** The same as a file. */
export function renderRbacManifest(): string {
  return renderYamlDocuments(...buildRbacObjects());
}

function buildClusterRoleBinding(
  name: string,
  role: string,
  subject: { kind: 'User' | 'Group'; name: string },
): KubeObject {
  return {
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup, ...subject }],
  } as KubeObject;
}
