import { z } from 'zod';
import { suggest } from './arguments/suggest.ts';
import { renderCommandHelp, renderHelpOverview, renderInvalidArguments } from './messages/index.ts';
import type { ImmediateCommand } from './routing/command.ts';

const argsSchema = z.strictObject({ command: z.string().optional() });

export const help: ImmediateCommand<typeof argsSchema> = {
  name: 'help',
  usage: '[COMMAND]',
  summary: 'list commands, or show the flags and examples of one',
  examples: ['/kthw help create'],
  positionals: ['command'],
  buildArgsSchema: () => argsSchema,
  respond({ args }, commands, defaults) {
    if (args.command === undefined) return { message: renderHelpOverview(commands, defaults.budgets) };
    const command = commands.find(({ name }) => name === args.command);
    if (command) return { message: renderCommandHelp(command, defaults) };
    const suggestion = suggest(
      args.command,
      commands.map(({ name }) => name),
    );
    const problem = `unknown command \`${args.command}\`${suggestion ? `; did you mean \`${suggestion}\`?` : ''}`;
    return { message: renderInvalidArguments([problem], suggestion ? [`/kthw help ${suggestion}`] : [], '/kthw help') };
  },
};
