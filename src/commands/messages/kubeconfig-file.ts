import type { Kubeconfig } from '../../engine/service/kubeconfigs/kubeconfig-service.ts';
import type { KubeconfigRole } from '../../store/kubeconfig-role.ts';
import { buildMessage, type Message } from './blocks.ts';
import { md } from './markdown.ts';

/** Rights of each role. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles (2026-12-01) */
const rightsByRole: Readonly<Record<KubeconfigRole, string>> = {
  view: 'reads most objects in all namespaces, but not Secrets, roles or nodes',
  edit: 'reads and changes most objects in all namespaces, but not roles or nodes',
  admin: 'manages all namespaces and the roles in them, but not nodes',
  'cluster-admin': 'can do everything',
};

export function getKubeconfigFileName(cluster: string): string {
  return `${cluster}.kubeconfig`;
}

/** Comment of the kubeconfig file in a DM: its role and use, its expiry, how to get or revoke one. */
export function renderKubeconfigFileComment(
  cluster: string,
  { role, commonName, expiresAt }: Omit<Kubeconfig, 'id' | 'file'>,
): Message {
  // Only cluster-admin can list nodes.
  const example = role === 'cluster-admin' ? 'get nodes' : 'get pods --all-namespaces';
  return buildMessage(
    md.join([
      md`Your kubeconfig for *${cluster}*. For you only. Authenticates as ${md.code(commonName)}.`,
      md`Role ${md.code(role)}: ${rightsByRole[role]}`,
      md`Use it: ${md.code(`kubectl --kubeconfig ${getKubeconfigFileName(cluster)} ${example}`)}`,
      md`It expires automatically at ${md.timestamp(expiresAt)}. ${md.code(`/kthw kubeconfig ${cluster}`)} issues another · ${md.code(`/kthw revoke ${cluster}`)} revokes it immediately`,
      md`I delete this file when the kubeconfig expires or is revoked, or when the cluster is deleted.`,
    ]),
  );
}
