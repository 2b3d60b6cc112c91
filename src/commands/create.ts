import { z } from 'zod';
import { createArguments, specOf } from './arguments/create-args-schema.ts';
import {
  Carried,
  type CreateArguments,
  changedForm,
  channelBlock,
  formId,
  openForm,
  readForm,
} from './interactions/create-cluster-modal.ts';
import { answered, notUnderstood } from './messages/command-replies.ts';
import { formIsOpen, offerForm } from './messages/create-form-prompt.ts';
import { md } from './messages/markdown.ts';
import type { Asked, Reply, Tools } from './routing/command.ts';
import { defineButton, defineCommand, defineModal } from './routing/define-command.ts';

/** Where a message offers the form instead of opening it. */
const fillIn = defineButton({
  id: 'create.fillIn',
  value: z.strictObject({}),
  does: { opens: ({ channel }, tools) => ({ ...openForm(channel, tools), meanwhile: formIsOpen() }) },
});

const form = defineModal({
  id: formId,
  value: Carried,
  channelBlock,
  changed: changedForm,
  problems(carried, typed, tools) {
    const read = readForm(carried, typed, tools);
    return 'errors' in read ? read.errors : undefined;
  },
  async submit({ args, typed, by, channel }, tools) {
    const read = readForm(args, typed, tools);
    if ('errors' in read) return { shown: notUnderstood(Object.values(read.errors), [], '/kthw help create') };
    return await make({ args: read.args, by, channel }, tools);
  },
});

export const create = defineCommand({
  name: 'create',
  usage: '[NAME] [--flags]',
  help: 'builds a cluster the hard way; alone, it asks for everything in a form',
  examples: ['/kthw create demo', '/kthw create demo --controllers 1 --workers 2 --ttl 8h'],
  places: ['name'],
  args: createArguments,
  run: make,
  alone: { opens: (_, channel, tools) => openForm(channel, tools), without: offerForm(fillIn.id) },
  buttons: [fillIn],
  modals: [form],
});

async function make({ args, by, channel }: Asked<CreateArguments>, { desk, defaults }: Tools): Promise<Reply> {
  const wanted = { ...(args.ttl === undefined ? {} : { ttlMs: args.ttl }), ...(args.pause ? { pause: true } : {}) };
  const answer = await desk.create({ spec: specOf(args, defaults), by, channel, ...wanted });
  return { shown: answered(args.name, answer, md`Building *${args.name}*. The message below shows how far it is`) };
}
