import type { KubeconfigRole } from '../../store/kubeconfig-role.ts';
import { buildReply, type Message } from './blocks.ts';
import { formatClusterState } from './describe-status.ts';
import { md } from './markdown.ts';

/** Reply in the channel after the kubeconfig was sent in a DM. */
export function renderKubeconfigSentReply(cluster: string, role: KubeconfigRole): Message {
  const text = md`I sent you the kubeconfig for *${cluster}* with role ${md.code(role)} in a DM`;
  return buildReply(text, md`${md.code(`/kthw revoke ${cluster}`)} revokes it early`);
}

/** Reply when the kubeconfig could not be sent. */
export function renderKubeconfigWithdrawnReply(cluster: string): Message {
  const text = md`❌ I couldn't send you the kubeconfig for *${cluster}* in a DM, so I withdrew it`;
  const nextHint = md`Open a conversation with me, or ask an administrator to enable my Messages tab. ${md.code(`/kthw kubeconfig ${cluster}`)} tries again`;
  return buildReply(text, nextHint);
}

/** @param reason a cluster state or a phrase */
export function renderKubeconfigUnavailableReply(cluster: string, reason: string): Message {
  const text = md`Kubeconfig for *${cluster}* not available yet: ${formatReason(reason)}`;
  return buildReply(text, md`${md.code(`/kthw status ${cluster}`)} shows the progress`);
}

function formatReason(reason: string): string {
  return reason === 'provisioning' ? 'the cluster is being created' : formatClusterState(reason);
}
