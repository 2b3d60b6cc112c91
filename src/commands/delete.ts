import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { renderStartResult, renderUnknownCluster } from './messages/command-replies.ts';
import {
  renderDeleteCancelled,
  renderDeleteConfirmation,
  renderDeleteModal,
  renderDeleteModalOpened,
} from './messages/delete-confirmation.ts';
import { md } from './messages/markdown.ts';
import { defineButton, defineCommand, defineModal } from './routing/define-command.ts';

const value = z.strictObject({ cluster: clusterNameSchema });
const nameBlockId = 'name';

export const deleteButton = defineButton({
  id: 'delete.confirm',
  value,
  handler: {
    openModal: ({ args: { cluster }, channel }) => ({
      view: buildNameConfirmationModal(cluster, channel),
      placeholderMessage: renderDeleteModalOpened(cluster),
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

/** Who types the name means this cluster and no other. */
const confirmNameModal = defineModal({
  id: 'delete.confirmName',
  value: z.strictObject({ cluster: clusterNameSchema, channel: z.string().min(1).max(50) }),
  validate: ({ cluster }, { [nameBlockId]: name = '' }) =>
    name.trim() === cluster ? undefined : { [nameBlockId]: `This is not its name. Type ${cluster}, or close this` },
  onSubmit: async ({ args: { cluster }, requester, channel }, { clusterService }) => {
    const result = await clusterService.deleteCluster(cluster, requester, channel);
    return {
      message: renderStartResult(cluster, result, md`Deleting *${cluster}*. The message below shows how far it is`),
    };
  },
});

/** The modal that deletes a cluster once its name is typed. `channel`: where that is told. */
export function buildNameConfirmationModal(cluster: string, channel: string): ModalView {
  return renderDeleteModal(cluster, { id: confirmNameModal.id, block: nameBlockId, value: { cluster, channel } });
}

/** Named so because `delete` is a word of the language. */
export const deleteCommand = defineCommand({
  name: 'delete',
  usage: 'NAME',
  help: 'removes a cluster and everything that belongs to it, after asking for its name',
  examples: ['/kthw delete demo'],
  positionals: ['name'],
  buildArgsSchema: () => z.strictObject({ name: clusterNameSchema }),
  run: async ({ args }, { clusterService }) => {
    const clusterStatus = await clusterService.getStatus(args.name);
    if (!clusterStatus) return { message: renderUnknownCluster(args.name) };
    const { controllers, workers } = clusterStatus.record.spec;
    return {
      message: renderDeleteConfirmation(args.name, controllers + workers, {
        confirm: deleteButton.id,
        cancel: keepButton.id,
      }),
    };
  },
  buttons: [deleteButton, keepButton],
  modals: [confirmNameModal],
});
