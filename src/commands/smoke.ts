import { z } from 'zod';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { renderStartResult } from './messages/command-replies.ts';
import { md } from './messages/markdown.ts';
import { defineCommand } from './routing/define-command.ts';

export const smoke = defineCommand({
  name: 'smoke',
  usage: 'NAME',
  help: 'runs the smoke test of a cluster again',
  examples: ['/kthw smoke demo'],
  positionals: ['name'],
  buildArgsSchema: () => z.strictObject({ name: clusterNameSchema }),
  run: async ({ args, requester, channel }, { clusterService }) => {
    const result = await clusterService.runSmokeTest(args.name, requester, channel);
    return {
      message: renderStartResult(args.name, result, md`Testing *${args.name}*. The message below shows how far it is`),
    };
  },
});
