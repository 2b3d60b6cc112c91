import { z } from 'zod';
import type { ClusterQueries } from '../../engine/service/cluster-service.ts';
import { renderNothingToSubmit, renderPhaseCommandsLoading, renderPhaseCommandsModal } from '../messages/index.ts';
import { phaseCommandsButtonId } from '../messages/phase-result.ts';
import { defineButton, defineModal, type ModalContent, type ServiceDeps } from '../routing/command.ts';

const idSchema = z.string().regex(/^[A-Za-z0-9:-]{1,200}$/);
const buttonValueSchema = z.strictObject({ run: idSchema, phase: idSchema });
const modalValueSchema = buttonValueSchema.extend({
  page: z.number().int().min(0).max(1_000),
});

const modalId = 'phaseCommands';

/** Shown with a phase's result. It opens a modal with the equivalent manual commands. */
export const showCommandsButton = defineButton({
  id: phaseCommandsButtonId,
  value: buttonValueSchema,
  getPermission: () => 'look',
  handler: { openModal: ({ args }, deps) => buildCommandsModal({ ...args, page: 0 }, deps) },
});

/** Has pages and no submission. */
export const commandsModal = defineModal({
  id: modalId,
  value: modalValueSchema,
  onChange(value, _input, blockId, deps) {
    const page = Number(blockId.match(/^phaseCommands\.page\.(\d+)$/)?.[1] ?? Number.NaN);
    return Number.isNaN(page) ? undefined : buildCommandsModal({ ...value, page }, deps);
  },
  validate: () => undefined,
  onSubmit: async () => ({ message: renderNothingToSubmit() }),
});

function buildCommandsModal(
  value: z.infer<typeof modalValueSchema>,
  { clusterService }: ServiceDeps<ClusterQueries>,
): ModalContent {
  return {
    view: renderPhaseCommandsLoading({ id: modalId, value }),
    loadView: async () =>
      renderPhaseCommandsModal({
        id: modalId,
        value,
        phaseCommands: await clusterService.getPhaseCommands(value.run, value.phase),
      }),
    permission: 'look',
  };
}
