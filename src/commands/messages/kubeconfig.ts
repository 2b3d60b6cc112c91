import type { Message } from '../command.ts';
import { block, message } from './blocks.ts';
import { code, joined, md, moment } from './markdown.ts';

/** Goes with the file, in a direct message: how to use it, when it ends, how to get another. */
export function kubeconfigNote(
  cluster: string,
  given: { readonly endsAt: Date; readonly commonName: string },
): Message {
  const file = kubeconfigFile(cluster);
  return message(
    joined([
      md`Your kubeconfig for *${cluster}*. It is yours alone: it says ${code(given.commonName)} to the cluster.`,
      md`Use it: ${code(`kubectl --kubeconfig ${file} get nodes`)}`,
      md`It works until ${moment(given.endsAt)}; ${code(`/kthw kubeconfig ${cluster}`)} gives you another.`,
    ]),
  );
}

/** In the channel, to the asker alone: where the file went. */
export function kubeconfigSent(cluster: string): Message {
  return message(md`The kubeconfig for *${cluster}* is in your direct messages with me`);
}

/** In the run's thread: the file could not be delivered. */
export function kubeconfigNotSent(cluster: string, reason: string): Message {
  return message(
    md`I could not send the kubeconfig for ${cluster} by direct message: ${reason}`,
    block.section(md`I could not send the kubeconfig by direct message: ${reason}`),
    block.note(md`${code(`/kthw kubeconfig ${cluster}`)} tries again`),
  );
}

export function kubeconfigFile(cluster: string): string {
  return `${cluster}.kubeconfig`;
}
