import type { Message } from '../routing/command.ts';
import { buildMessage } from './blocks.ts';
import { formatCode } from './code.ts';
import { joinMarkdown, md } from './markdown.ts';
import { formatTimestamp } from './timestamp.ts';

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
    joinMarkdown([
      md`Your kubeconfig for *${cluster}*. For you only. Authenticates as ${formatCode(kubeconfig.commonName)}.`,
      md`Use it: ${formatCode(`kubectl --kubeconfig ${fileName} get nodes`)}`,
      md`It expires automatically at ${formatTimestamp(kubeconfig.expiresAt)}. ${formatCode(`/kthw kubeconfig ${cluster}`)} issues another · ${formatCode(`/kthw revoke ${cluster}`)} revokes it immediately`,
    ]),
  );
}
