import type { KubeconfigService } from '../../engine/service/kubeconfigs/kubeconfig-service.ts';
import type { FileReply } from '../routing/command.ts';
import { type Chat, ChatError } from './chat.ts';

interface SendFileDeps {
  readonly chat: Pick<Chat, 'openDm' | 'uploadFile'>;
  readonly clusterService: Pick<KubeconfigService, 'recordKubeconfigFile' | 'confirmKubeconfig'>;
}

/** Reason of the error when a kubeconfig was revoked, expired or withdrawn during its delivery. */
export const grantEndedReason = 'kubeconfig_ended';

/** Sends a file by DM. For a kubeconfig, records the file's id first and the delivery last. @throws ChatError */
export async function sendFile(
  user: string,
  { file, filename, comment, grant }: FileReply,
  { chat, clusterService }: SendFileDeps,
): Promise<void> {
  const channel = await chat.openDm(user);
  const content = { name: filename, content: file, comment };
  if (!grant) return await chat.uploadFile(channel, content);
  await chat.uploadFile(channel, content, async (id) => {
    const isActive = await clusterService.recordKubeconfigFile(grant.cluster, grant.id, { id, channel });
    if (!isActive) throw new ChatError('unknown-outcome', grantEndedReason);
  });
  const isActive = await clusterService.confirmKubeconfig(grant.cluster, grant.id);
  if (!isActive) throw new ChatError('unknown-outcome', grantEndedReason);
}
