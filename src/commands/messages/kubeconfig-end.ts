import { buildReply, type Message } from './blocks.ts';
import { getKubeconfigFileName } from './kubeconfig-file.ts';
import { md } from './markdown.ts';

/** Why a kubeconfig is no longer valid. */
export type KubeconfigEnd = 'revoked' | 'expired' | 'cluster-deleted' | 'undelivered';

const reasons: Readonly<Record<KubeconfigEnd, string>> = {
  revoked: 'was revoked',
  expired: 'has expired',
  'cluster-deleted': 'is no longer valid, because the cluster was deleted',
  undelivered: 'was withdrawn, because Slack did not confirm its delivery',
};

/** DM to the owner of a kubeconfig after its file was deleted. @param options.hasUndeletedFile Slack refused to delete it */
export function renderKubeconfigEnd(
  cluster: string,
  end: KubeconfigEnd,
  { hasUndeletedFile }: { readonly hasUndeletedFile: boolean },
): Message {
  const fileName = getKubeconfigFileName(cluster);
  const fileText = hasUndeletedFile
    ? md`Slack refused to delete ${md.code(fileName)}; delete it yourself.`
    : md`${md.code(fileName)} is deleted from this conversation; delete your copies.`;
  const nextHint =
    end === 'cluster-deleted'
      ? md`${md.code('/kthw list')} shows all clusters`
      : md`${md.code(`/kthw kubeconfig ${cluster}`)} issues a new one`;
  return buildReply(md`🔒 A kubeconfig for *${cluster}* ${reasons[end]}. ${fileText}`, nextHint);
}
