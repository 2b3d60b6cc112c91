import { z } from 'zod';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { renderStartResult } from './messages/command-replies.ts';
import { md } from './messages/markdown.ts';
import { defineCommand } from './routing/define-command.ts';

export const resume = defineCommand({
  name: 'resume',
  usage: 'NAME',
  help: 'goes on where a run stopped',
  examples: ['/kthw resume demo'],
  positionals: ['name'],
  buildArgsSchema: () => z.strictObject({ name: clusterNameSchema }),
  run: async ({ args, requester }, { clusterService }) => {
    const result = await clusterService.resumeRun(args.name, requester);
    return {
      message: renderStartResult(
        args.name,
        result,
        md`Going on with *${args.name}*; its message in the channel shows how far it is`,
      ),
    };
  },
});
