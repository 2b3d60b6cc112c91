import type { Budgets } from '../../engine/service/budgets/budgets.ts';
import { listFlags } from '../arguments/flags.ts';
import type { AnyCommand, CreateDefaults } from '../routing/command.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { formatBudgets } from './budgets.ts';
import { md } from './markdown.ts';

/** Usage of all subcommands, one line each, and the limits. */
export function renderHelpOverview(commands: readonly AnyCommand[], budgets?: Budgets): Message {
  const limits = formatBudgets(budgets);
  const lines = commands.map((command) => md`${md.code(formatUsage(command))}  ${command.summary}`);
  return buildMessage(
    md`Kubernetes The Hard Way, from Slack: ${commands.map((command) => command.name).join(', ')}`,
    block.header('Kubernetes The Hard Way, from Slack'),
    ...block.sections(lines),
    ...(limits ? [block.section(limits)] : []),
    block.context(md`${md.code('/kthw help create')} shows the options of a command`),
  );
}

/** Usage, flags and examples of a subcommand. */
export function renderCommandHelp(command: AnyCommand, defaults: CreateDefaults): Message {
  const flags = listFlags(command, defaults).map(({ name, takesValue, help, defaultValue }) => {
    const flagText = md.code(takesValue ? `${name} …` : name);
    return defaultValue === undefined ? md`${flagText}  ${help}` : md`${flagText}  ${help} (${defaultValue})`;
  });
  return buildMessage(
    md`${formatUsage(command)}: ${command.summary}`,
    block.section(md`${md.code(formatUsage(command))}\n${command.summary}`),
    ...block.sections(flags),
    block.context(md.join([md`For example:`, ...command.examples.map(md.code)], ' ')),
  );
}

function formatUsage({ name, usage }: AnyCommand): string {
  return `/kthw ${name} ${usage}`.trimEnd();
}
