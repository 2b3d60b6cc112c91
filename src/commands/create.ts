import { z } from 'zod';
import type { ClusterLifecycle, DiagnosticsService } from '../engine/service/cluster-service.ts';
import { buildCreateArgsSchema, toClusterSpec, toRawCreateArgs } from './arguments/create-args-schema.ts';
import { getSelectedChannel, openCreateModal, updateCreateModal } from './interactions/create-modal.ts';
import { CreateModalState, createModalId } from './interactions/create-modal-state.ts';
import { type CreateArguments, parseCreateInput } from './interactions/parse-create-input.ts';
import { fixButtonIds } from './messages/fix-buttons.ts';
import {
  renderCreateFormOpened,
  renderCreateFormPrompt,
  renderDenial,
  renderInvalidArguments,
} from './messages/index.ts';
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

/** Repeats a refused create with another machine type or version. Its value is checked like flags. */
const retryButton = defineButton({
  id: fixButtonIds.create,
  value: z.record(z.string(), z.json()),
  handler: {
    async onClick({ args, ...request }, deps) {
      const parsed = buildCreateArgsSchema(deps.defaults).safeParse(args);
      if (parsed.success)
        return { ...(await startCreate({ args: parsed.data, ...request }, deps)), replaceOriginal: true };
      const problems = parsed.error.issues.map(({ message }) => message);
      return { message: renderInvalidArguments(problems, [], '/kthw help create') };
    },
  },
});

const modal = defineModal({
  id: createModalId,
  value: CreateModalState,
  getSelectedChannel,
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
    buttons: [openModalButton, retryButton],
    modals: [modal],
  },
});

async function startCreate(
  { args, requester, channel }: CommandRequest<CreateArguments>,
  {
    clusterService,
    defaults,
    authorize,
  }: ServiceDeps<ClusterLifecycle & DiagnosticsService> & Pick<CommandDeps, 'defaults' | 'authorize'>,
): Promise<CommandReply> {
  // A form or a retry names the cluster only here. The reply would compare it with an existing one.
  const denial = await authorize(requester, channel, 'create', { cluster: args.name });
  if (denial) return { message: renderDenial(denial) };
  const result = await clusterService.createCluster({
    spec: toClusterSpec(args, defaults),
    requester,
    channel,
    ...(args.ttl === undefined ? {} : { ttlMs: args.ttl }),
    ...(args.pause ? { pausesAfterChapters: true } : {}),
  });
  const started = md`Creating *${args.name}*. Progress is shown in the message below`;
  return { message: await renderRunReply(args.name, result, started, clusterService, toRawCreateArgs(args)) };
}
