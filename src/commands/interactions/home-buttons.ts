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

const value = z.strictObject({ cluster: clusterNameSchema, channel: z.string().min(1).max(50) });
type ClusterButtonValue = z.infer<typeof value>;

/** Buttons of the Home tab, which belongs to no channel. Each acts in the cluster's channel. */
export const homeButtons = {
  create: defineButton({
    id: homeButtonIds.create,
    value: z.strictObject({}),
    handler: { openModal: (_, deps) => openCreateModal(undefined, deps) },
  }),
  status: defineButton({
    id: homeButtonIds.status,
    value,
    handler: {
      openModal: ({ args: { cluster, channel } }, deps) => ({
        view: renderLoadingModal(cluster, channel),
        loadView: async () => renderReplyModal(cluster, await loadStatusMessage(cluster, deps), channel),
        access: { channel, permission: 'look' },
      }),
    },
  }),
  kubeconfig: defineButton({
    id: homeButtonIds.kubeconfig,
    value,
    getChannel: ({ channel }) => channel,
    handler: { onClick: sendKubeconfig },
  }),
  delete: defineButton({
    id: homeButtonIds.delete,
    value: shownClusterSchema.extend({ ...value.shape, stops: StoppedRun.optional() }),
    handler: {
      openModal: ({ args: { channel, ...shown } }) => ({
        view: buildNameConfirmationModal(shown, channel),
        access: { channel, permission: 'create' },
      }),
    },
  }),
};

async function sendKubeconfig(
  { args, requester }: CommandRequest<ClusterButtonValue>,
  deps: CommandDeps,
): Promise<CommandReply> {
  const { cluster: name, channel } = args;
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
