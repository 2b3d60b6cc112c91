import type { Message } from '../routing/command.ts';
import { block, buildMessage } from './blocks.ts';
import { formatCode, formatTimestamp, joinMarkdown, md } from './markdown.ts';
import { formatClusterState } from './run-status.ts';

/** Goes with the file, in a direct message: how to use it, when it ends, how to get another. */
export function renderKubeconfigFileComment(
  cluster: string,
  kubeconfig: { readonly expiresAt: Date; readonly commonName: string },
): Message {
  const fileName = getKubeconfigFileName(cluster);
  return buildMessage(
    joinMarkdown([
      md`Your kubeconfig for *${cluster}*. It is yours alone: it says ${formatCode(kubeconfig.commonName)} to the cluster.`,
      md`Use it: ${formatCode(`kubectl --kubeconfig ${fileName} get nodes`)}`,
      md`It works until ${formatTimestamp(kubeconfig.expiresAt)}; ${formatCode(`/kthw kubeconfig ${cluster}`)} gives you another, ${formatCode(`/kthw revoke ${cluster}`)} ends it at once.`,
    ]),
  );
}

/** In the channel, to the asker alone: where the file went. */
export function renderKubeconfigSent(cluster: string): Message {
  const text = md`The kubeconfig for *${cluster}* is in your direct messages with me`;
  return buildMessage(
    text,
    block.section(text),
    block.context(md`${formatCode(`/kthw revoke ${cluster}`)} ends it before its time`),
  );
}

/** To the asker alone: why there is none, and what shows when there will be. */
export function renderKubeconfigUnavailable(cluster: string, reason: string): Message {
  const text = md`*${cluster}* has no kubeconfig to give now: ${formatClusterState(reason)}`;
  return buildMessage(
    text,
    block.section(text),
    block.context(md`${formatCode(`/kthw status ${cluster}`)} shows how it stands`),
  );
}

export function getKubeconfigFileName(cluster: string): string {
  return `${cluster}.kubeconfig`;
}
