import type { KubeObject } from '../kube/object-path.ts';
import { personGroup } from '../pki/person.ts';
import { yamlDocuments } from './yaml-documents.ts';

const apiGroup = 'rbac.authorization.k8s.io';

/**
 * Who may do what, beyond what every cluster knows: the API server (it calls itself `kubernetes`) at the kubelets, for logs,
 * exec and metrics; and people with a certificate of ours everywhere.
 */
export function accessObjects(): KubeObject[] {
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
    clusterRoleBinding('system:kube-apiserver', 'system:kube-apiserver-to-kubelet', {
      kind: 'User',
      name: 'kubernetes',
    }),
    clusterRoleBinding(personGroup, 'cluster-admin', { kind: 'Group', name: personGroup }),
  ] as KubeObject[];
}

/** The same as a file. */
export function accessManifest(): string {
  return yamlDocuments(...accessObjects());
}

function clusterRoleBinding(name: string, role: string, subject: { kind: 'User' | 'Group'; name: string }): object {
  return {
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup, ...subject }],
  };
}
