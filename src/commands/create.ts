import { z } from 'zod';
import type { ClusterLifecycle, DiagnosticsService } from '../engine/service/cluster-service.ts';
import { buildCreateArgsSchema, toClusterSpec } from './arguments/create-args-schema.ts';
import { openCreateModal, updateCreateModal } from './interactions/create-modal.ts';
import { CreateModalState, channelBlockId, createModalId } from './interactions/create-modal-state.ts';
import { type CreateArguments, parseCreateInput } from './interactions/parse-create-input.ts';
import { renderCreateFormOpened, renderCreateFormPrompt, renderInvalidArguments } from './messages/index.ts';
import { md } from './messages/markdown.ts';
import { renderRunReply } from './render-run-reply.ts';
import {
  type CommandDeps,
  type CommandReply,
  type CommandRequest,
  defineButton,
  defineCommand,
  defineModal,
  type ServiceDeps,
} from './routing/command.ts';

/** For mentions, which can't open a modal. */
const openModalButton = defineButton({
  id: 'create.openForm',
  value: z.strictObject({}),
  handler: {
    openModal: ({ channel }, deps) => ({
      ...openCreateModal(channel, deps),
      placeholderMessage: renderCreateFormOpened(),
    }),
  },
});

const modal = defineModal({
  id: createModalId,
  value: CreateModalState,
  channelBlockId,
  onChange: updateCreateModal,
  validate(state, input, deps) {
    const parsed = parseCreateInput(state, input, deps);
    return 'errors' in parsed ? parsed.errors : undefined;
  },
  async onSubmit({ args, input, requester, channel }, deps) {
    const parsed = parseCreateInput(args, input, deps);
    if ('errors' in parsed)
      return { message: renderInvalidArguments(Object.values(parsed.errors), [], '/kthw help create') };
    return await startCreate({ args: parsed.args, requester, channel }, deps);
  },
});

export const create = defineCommand({
  name: 'create',
  usage: '[NAME] [--flags]',
  summary: 'create a cluster; without a name, open a form',
  examples: ['/kthw create demo', '/kthw create demo --controllers 1 --workers 2 --ttl 8h'],
  positionals: ['name'],
  permission: 'create',
  buildArgsSchema: buildCreateArgsSchema,
  run: startCreate,
  interactions: {
    modalWithoutArgs: { openModal: openCreateModal, fallbackMessage: renderCreateFormPrompt(openModalButton.id) },
    buttons: [openModalButton],
    modals: [modal],
  },
});

async function startCreate(
  { args, requester, channel }: CommandRequest<CreateArguments>,
  { clusterService, defaults }: ServiceDeps<ClusterLifecycle & DiagnosticsService> & Pick<CommandDeps, 'defaults'>,
): Promise<CommandReply> {
  const result = await clusterService.createCluster({
    spec: toClusterSpec(args, defaults),
    requester,
    channel,
    ...(args.ttl === undefined ? {} : { ttlMs: args.ttl }),
    ...(args.pause ? { pausesAfterChapters: true } : {}),
  });
  const started = md`Creating *${args.name}*. Progress is shown in the message below`;
  return { message: await renderRunReply(args.name, result, started, clusterService) };
}
