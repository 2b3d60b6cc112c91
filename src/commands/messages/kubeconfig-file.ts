import { buildMessage, type Message } from './blocks.ts';
import { md } from './markdown.ts';

export function getKubeconfigFileName(cluster: string): string {
  return `${cluster}.kubeconfig`;
}

/** Comment of the kubeconfig file in a DM: how to use it, its expiry, how to get or revoke one. */
export function renderKubeconfigFileComment(
  cluster: string,
  kubeconfig: { readonly expiresAt: Date; readonly commonName: string },
): Message {
  const fileName = getKubeconfigFileName(cluster);
  return buildMessage(
    md.join([
      md`Your kubeconfig for *${cluster}*. For you only. Authenticates as ${md.code(kubeconfig.commonName)}.`,
      md`Use it: ${md.code(`kubectl --kubeconfig ${fileName} get nodes`)}`,
      md`It expires automatically at ${md.timestamp(kubeconfig.expiresAt)}. ${md.code(`/kthw kubeconfig ${cluster}`)} issues another · ${md.code(`/kthw revoke ${cluster}`)} revokes it immediately`,
      md`I delete this file when the kubeconfig expires or is revoked, or when the cluster is deleted.`,
    ]),
  );
}
