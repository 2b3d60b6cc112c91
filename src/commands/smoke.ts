import { z } from 'zod';
import { clusterName } from './arguments/cluster-name-schema.ts';
import { answered } from './messages/command-replies.ts';
import { md } from './messages/markdown.ts';
import { defineCommand } from './routing/define-command.ts';

export const smoke = defineCommand({
  name: 'smoke',
  usage: 'NAME',
  help: 'runs the smoke test of a cluster again',
  examples: ['/kthw smoke demo'],
  places: ['name'],
  args: () => z.strictObject({ name: clusterName }),
  run: async ({ args, by, channel }, { desk }) => {
    const answer = await desk.smoke(args.name, by, channel);
    return { shown: answered(args.name, answer, md`Testing *${args.name}*. The message below shows how far it is`) };
  },
});
