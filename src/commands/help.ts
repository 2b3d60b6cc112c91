import { z } from 'zod';
import { suggest } from './arguments/suggest.ts';
import { renderInvalidArguments } from './messages/command-replies.ts';
import { renderCommandHelp, renderHelpOverview } from './messages/help.ts';
import { defineCommand } from './routing/define-command.ts';

export const help = defineCommand({
  name: 'help',
  usage: '[COMMAND]',
  help: 'this list, or everything about one command',
  examples: ['/kthw help create'],
  positionals: ['command'],
  buildArgsSchema: () => z.strictObject({ command: z.string().optional() }),
  respondImmediately: ({ args }, commands, defaults) => {
    if (args.command === undefined) return { message: renderHelpOverview(commands) };
    const command = commands.find((one) => one.name === args.command);
    if (command) return { message: renderCommandHelp(command, defaults) };
    const suggestion = suggest(
      args.command,
      commands.map((one) => one.name),
    );
    const problem = `there is no command \`${args.command}\`${suggestion ? `; did you mean \`${suggestion}\`?` : ''}`;
    return { message: renderInvalidArguments([problem], suggestion ? [`/kthw help ${suggestion}`] : [], '/kthw help') };
  },
});
