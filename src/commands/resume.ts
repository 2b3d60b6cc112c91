import { z } from 'zod';
import { clusterName } from './arguments/cluster-name-schema.ts';
import { answered } from './messages/command-replies.ts';
import { md } from './messages/markdown.ts';
import { defineCommand } from './routing/define-command.ts';

export const resume = defineCommand({
  name: 'resume',
  usage: 'NAME',
  help: 'goes on where a run stopped',
  examples: ['/kthw resume demo'],
  places: ['name'],
  args: () => z.strictObject({ name: clusterName }),
  run: async ({ args, by }, { desk }) => {
    const answer = await desk.resume(args.name, by);
    return {
      shown: answered(
        args.name,
        answer,
        md`Going on with *${args.name}*; its message in the channel shows how far it is`,
      ),
    };
  },
});
