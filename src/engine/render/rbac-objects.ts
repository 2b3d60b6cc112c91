import type { KubeconfigRole } from '../../store/kubeconfig-role.ts';
import type { KubeObject } from '../kubernetes/object-path.ts';
import { getGrantGroup } from '../pki/user-certificate.ts';

const apiGroup = 'rbac.authorization.k8s.io';

/**
 * All verbs that a kubelet authorizes, so that the role needs no wildcard (2026-12-01).
 * https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/
 */
const kubeletVerbs = ['create', 'delete', 'get', 'patch', 'update'];

/**
 * Builds the RBAC objects beyond Kubernetes' defaults: access of the API server (user `kubernetes`) to kubelets, for logs,
 * exec and metrics. User permissions are bound per grant.
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
          verbs: kubeletVerbs,
        },
      ],
    },
    buildClusterRoleBinding('system:kube-apiserver', 'system:kube-apiserver-to-kubelet', {
      kind: 'User',
      name: 'kubernetes',
    }),
  ] as KubeObject[];
}

/** Label of grant bindings; its value is the grant id. */
export const grantLabel = 'kthw-grant';

/** Builds the binding of one user certificate to its role. Without it, the certificate has no permissions. */
export function buildGrantBinding(grantId: string, role: KubeconfigRole): KubeObject {
  const name = getGrantGroup(grantId);
  const binding = buildClusterRoleBinding(name, role, { kind: 'Group', name });
  return { ...binding, metadata: { name, labels: { [grantLabel]: grantId } } } as KubeObject;
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
