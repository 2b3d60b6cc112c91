import { createArguments, specOf } from './create-arguments.ts';
import { defineCommand } from './define-command.ts';
import { md } from './messages/markdown.ts';
import { answered } from './messages/refusals.ts';

export const create = defineCommand({
  name: 'create',
  usage: 'NAME [--flags]',
  help: 'builds a cluster the hard way',
  examples: ['/kthw create demo', '/kthw create demo --controllers 1 --workers 2 --ttl 8h'],
  places: ['name'],
  args: createArguments,
  run: async ({ args, by, channel }, { desk, defaults }) => {
    const wanted = args.ttl === undefined ? {} : { ttlMs: args.ttl };
    const answer = await desk.create({ spec: specOf(args, defaults), by, channel, ...wanted });
    return { shown: answered(args.name, answer, md`Building *${args.name}*. The message below shows how far it is`) };
  },
});
