import type { ModalView } from '@slack/types';
import { z } from 'zod';
import type { ClusterLifecycle, ClusterQueries, DiagnosticsService } from '../engine/service/cluster-service.ts';
import { StoppedRun } from '../store/events.ts';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { shownClusterSchema } from './interactions/shown-cluster-schema.ts';
import {
  renderDeleteCancelled,
  renderDeleteConfirmation,
  renderDeleteModal,
  renderDeleteModalOpened,
  renderStartResult,
  renderUnknownCluster,
} from './messages/index.ts';
import { md } from './messages/markdown.ts';
import { type CommandDeps, defineButton, defineCommand, defineModal, type ServiceDeps } from './routing/command.ts';

/** `stops`: the active run that the confirmation names. The deletion stops no other run. */
const value = shownClusterSchema.extend({ stops: StoppedRun.optional() });
const nameBlockId = 'name';

export const deleteButton = defineButton({
  id: 'delete.confirm',
  value,
  handler: {
    openModal: ({ args }) => ({
      view: buildNameConfirmationModal(args),
      placeholderMessage: renderDeleteModalOpened(args.cluster),
    }),
  },
});

const keepButton = defineButton({
  id: 'delete.cancel',
  value,
  getPermission: () => 'look',
  handler: {
    onClick: async ({ args: { cluster } }) => ({ message: renderDeleteCancelled(cluster), replaceOriginal: true }),
  },
});

/** Requires the cluster's name, to prevent deletion of the wrong cluster. */
const confirmNameModal = defineModal({
  id: 'delete.confirmName',
  value,
  validate: ({ cluster }, { [nameBlockId]: name = '' }) =>
    name.trim() === cluster ? undefined : { [nameBlockId]: `Type ${cluster} to confirm` },
  onSubmit: async (
    { args, requester, channel },
    { clusterService, policy }: ServiceDeps<ClusterLifecycle> & Pick<CommandDeps, 'policy'>,
  ) => {
    const { cluster, stops, run: shownRun } = args;
    const requiresApproval = policy.approvers !== 'creators';
    const confirmation = { stops: stops?.run, shownRun, requiresApproval };
    const result = await clusterService.deleteCluster(cluster, requester, channel, confirmation);
    const started = requiresApproval
      ? md`Planning the deletion of *${cluster}*. An approval request will list everything that will be deleted`
      : md`Deleting *${cluster}*. Progress is shown in the message below`;
    return { message: renderStartResult(cluster, result, started) };
  },
});

export function buildNameConfirmationModal(shown: z.infer<typeof value>): ModalView {
  const ids = { id: confirmNameModal.id, block: nameBlockId, value: shown };
  return renderDeleteModal(shown.cluster, ids, shown.stops);
}

/** `delete` is a reserved word. */
export const deleteCommand = defineCommand({
  name: 'delete',
  usage: 'NAME',
  summary: 'delete a cluster and all its resources, after confirmation',
  examples: ['/kthw delete demo'],
  positionals: ['name'],
  permission: 'create',
  buildArgsSchema: () => z.strictObject({ name: clusterNameSchema }),
  run: async ({ args }, { clusterService }: ServiceDeps<ClusterQueries & DiagnosticsService>) => {
    const clusterStatus = await clusterService.getStatus(args.name);
    if (!clusterStatus) return { message: renderUnknownCluster(args.name) };
    const ids = { confirm: deleteButton.id, cancel: keepButton.id };
    const blockers = await clusterService.listDeletionBlockers(args.name);
    return { message: renderDeleteConfirmation(clusterStatus, ids, blockers) };
  },
  interactions: { buttons: [deleteButton, keepButton], modals: [confirmNameModal] },
});
