import type { Message } from '../routing/command.ts';
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
      md`It works until ${moment(given.endsAt)}; ${code(`/kthw kubeconfig ${cluster}`)} gives you another, ${code(`/kthw revoke ${cluster}`)} ends it at once.`,
    ]),
  );
}

/** In the channel, to the asker alone: where the file went. */
export function kubeconfigSent(cluster: string): Message {
  const said = md`The kubeconfig for *${cluster}* is in your direct messages with me`;
  return message(said, block.section(said), block.note(md`${code(`/kthw revoke ${cluster}`)} ends it before its time`));
}

/** To the asker alone: why there is none, and what shows when there will be. */
export function kubeconfigNotYet(cluster: string, why: string): Message {
  const said = md`*${cluster}* has no kubeconfig to give now: ${why}`;
  return message(said, block.section(said), block.note(md`${code(`/kthw status ${cluster}`)} shows how it stands`));
}

export function kubeconfigFile(cluster: string): string {
  return `${cluster}.kubeconfig`;
}
