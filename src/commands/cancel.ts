import { z } from 'zod';
import { clusterName } from './arguments/cluster-name-schema.ts';
import { answered } from './messages/command-replies.ts';
import { md } from './messages/markdown.ts';
import { defineCommand } from './routing/define-command.ts';

export const cancel = defineCommand({
  name: 'cancel',
  usage: 'NAME',
  help: 'stops a run after the steps that have begun',
  examples: ['/kthw cancel demo'],
  places: ['name'],
  args: () => z.strictObject({ name: clusterName }),
  run: async ({ args, by }, { desk }) => {
    const answer = await desk.cancel(args.name, by);
    return {
      shown: answered(args.name, answer, md`Stopping *${args.name}*; its message in the channel shows how far it is`),
    };
  },
});
