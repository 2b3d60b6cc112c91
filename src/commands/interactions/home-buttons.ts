import { z } from 'zod';
import type { ClusterQueries, RunDecisions } from '../../engine/service/cluster-service.ts';
import { StoppedRun } from '../../store/events.ts';
import { clusterNameSchema } from '../arguments/cluster-name-schema.ts';
import { buildNameConfirmationModal } from '../delete.ts';
import { kubeconfig } from '../kubeconfig.ts';
import { buildApprovalBlocks } from '../messages/approval-request.ts';
import type { Message } from '../messages/blocks.ts';
import { homeButtonIds } from '../messages/home-tab.ts';
import { renderLoadingModal, renderReplyModal, renderStatus, renderUnknownCluster } from '../messages/index.ts';
import {
  type CommandDeps,
  type CommandReply,
  type CommandRequest,
  defineButton,
  type ServiceDeps,
} from '../routing/command.ts';
import { approvalButtonIds } from './approval-buttons.ts';
import { openCreateModal } from './create-modal.ts';
import { listPendingApprovals } from './list-pending-approvals.ts';
import { shownClusterSchema } from './shown-cluster-schema.ts';

/** Ignores the channel that buttons of earlier releases carry. */
const value = z.object({ cluster: clusterNameSchema });
type ClusterButtonValue = z.infer<typeof value>;

/** Buttons of the Home tab, which belongs to no channel. Each acts in the channel of the cluster's record. */
export const homeButtons = {
  create: defineButton({
    id: homeButtonIds.create,
    value: z.strictObject({}),
    handler: { openModal: (_, deps) => openCreateModal('', deps) },
  }),
  status: defineButton({
    id: homeButtonIds.status,
    value,
    getPermission: () => 'look',
    handler: {
      openModal: ({ args: { cluster } }, deps) => ({
        view: renderLoadingModal(cluster),
        loadView: async () => renderReplyModal(cluster, await loadStatusMessage(cluster, deps)),
      }),
    },
  }),
  kubeconfig: defineButton({
    id: homeButtonIds.kubeconfig,
    value,
    getPermission: () => ({ kubeconfigRole: undefined }),
    handler: { onClick: sendKubeconfig },
  }),
  delete: defineButton({
    id: homeButtonIds.delete,
    value: z.object({ ...shownClusterSchema.shape, stops: StoppedRun.optional() }),
    handler: { openModal: ({ args }) => ({ view: buildNameConfirmationModal(args) }) },
  }),
};

async function sendKubeconfig(
  { args: { cluster: name }, requester, channel }: CommandRequest<ClusterButtonValue>,
  deps: CommandDeps,
): Promise<CommandReply> {
  return await kubeconfig.run(
    { args: kubeconfig.buildArgsSchema(deps.defaults).parse({ name }), requester, channel },
    deps,
  );
}

async function loadStatusMessage(
  name: string,
  { clusterService, policy }: ServiceDeps<ClusterQueries & RunDecisions> & Pick<CommandDeps, 'policy'>,
): Promise<Message> {
  const clusterStatus = await clusterService.getStatus(name);
  if (!clusterStatus) return renderUnknownCluster(name);
  const [pendingApproval] = await listPendingApprovals([clusterStatus], clusterService);
  return renderStatus(
    clusterStatus,
    pendingApproval ? buildApprovalBlocks(pendingApproval, policy, approvalButtonIds) : [],
  );
}
