import { z } from 'zod';
import { nearest } from './arguments/suggest.ts';
import { notUnderstood } from './messages/command-replies.ts';
import { details, overview } from './messages/help.ts';
import { defineCommand } from './routing/define-command.ts';

export const help = defineCommand({
  name: 'help',
  usage: '[COMMAND]',
  help: 'this list, or everything about one command',
  examples: ['/kthw help create'],
  places: ['command'],
  args: () => z.strictObject({ command: z.string().optional() }),
  answersAtOnce: ({ args }, commands, defaults) => {
    if (args.command === undefined) return { shown: overview(commands) };
    const command = commands.find((one) => one.name === args.command);
    if (command) return { shown: details(command, defaults) };
    const meant = nearest(
      args.command,
      commands.map((one) => one.name),
    );
    const problem = `there is no command \`${args.command}\`${meant ? `; did you mean \`${meant}\`?` : ''}`;
    return { shown: notUnderstood([problem], meant ? [`/kthw help ${meant}`] : [], '/kthw help') };
  },
});
