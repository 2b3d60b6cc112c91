import { z } from 'zod';
import { clusterName } from './cluster-name.ts';
import { defineCommand } from './define-command.ts';
import { md } from './messages/markdown.ts';
import { answered } from './messages/refusals.ts';

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
