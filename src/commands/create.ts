import { z } from 'zod';
import { buildCreateArgsSchema, toClusterSpec } from './arguments/create-args-schema.ts';
import {
  type CreateArguments,
  CreateModalState,
  channelBlockId,
  createModalId,
  openCreateModal,
  parseCreateInput,
  updateCreateModal,
} from './interactions/create-cluster-modal.ts';
import { renderInvalidArguments, renderStartResult } from './messages/command-replies.ts';
import { renderCreateFormOpened, renderCreateFormPrompt } from './messages/create-form-prompt.ts';
import { md } from './messages/markdown.ts';
import type { CommandDeps, CommandReply, CommandRequest } from './routing/command.ts';
import { defineButton, defineCommand, defineModal } from './routing/define-command.ts';

/** Where a message offers the form instead of opening it. */
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
  help: 'builds a cluster the hard way; alone, it asks for everything in a form',
  examples: ['/kthw create demo', '/kthw create demo --controllers 1 --workers 2 --ttl 8h'],
  positionals: ['name'],
  buildArgsSchema: buildCreateArgsSchema,
  run: startCreate,
  modalWithoutArgs: {
    openModal: (_, channel, deps) => openCreateModal(channel, deps),
    fallbackMessage: renderCreateFormPrompt(openModalButton.id),
  },
  buttons: [openModalButton],
  modals: [modal],
});

async function startCreate(
  { args, requester, channel }: CommandRequest<CreateArguments>,
  { clusterService, defaults }: CommandDeps,
): Promise<CommandReply> {
  const options = {
    ...(args.ttl === undefined ? {} : { ttlMs: args.ttl }),
    ...(args.pause ? { pausesAfterChapters: true } : {}),
  };
  const result = await clusterService.createCluster({
    spec: toClusterSpec(args, defaults),
    requester,
    channel,
    ...options,
  });
  return {
    message: renderStartResult(args.name, result, md`Building *${args.name}*. The message below shows how far it is`),
  };
}
