import { z } from 'zod';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { renderStartResult } from './messages/command-replies.ts';
import { md } from './messages/markdown.ts';
import { defineCommand } from './routing/define-command.ts';

export const cancel = defineCommand({
  name: 'cancel',
  usage: 'NAME',
  help: 'stops a run after the steps that have begun',
  examples: ['/kthw cancel demo'],
  positionals: ['name'],
  buildArgsSchema: () => z.strictObject({ name: clusterNameSchema }),
  run: async ({ args, requester }, { clusterService }) => {
    const result = await clusterService.cancelRun(args.name, requester);
    return {
      message: renderStartResult(
        args.name,
        result,
        md`Stopping *${args.name}*; its message in the channel shows how far it is`,
      ),
    };
  },
});
