import { listFlags } from '../arguments/flags.ts';
import type { AnyCommand, CreateDefaults, Message } from '../routing/command.ts';
import { block, buildMessage, buildSections } from './blocks.ts';
import { formatCode } from './code.ts';
import { joinMarkdown, md } from './markdown.ts';

/** Usage of all subcommands, one line each. */
export function renderHelpOverview(commands: readonly AnyCommand[]): Message {
  const lines = commands.map((command) => md`${formatCode(formatUsage(command))}  ${command.summary}`);
  return buildMessage(
    md`Kubernetes The Hard Way, from Slack: ${commands.map((command) => command.name).join(', ')}`,
    block.header('Kubernetes The Hard Way, from Slack'),
    ...buildSections(lines),
    block.context(md`${formatCode('/kthw help create')} shows the options of a command`),
  );
}

/** Usage, flags and examples of a subcommand. */
export function renderCommandHelp(command: AnyCommand, defaults: CreateDefaults): Message {
  const flags = listFlags(command, defaults).map(({ name, takesValue, help, defaultValue }) => {
    const flagText = formatCode(takesValue ? `${name} …` : name);
    return defaultValue === undefined ? md`${flagText}  ${help}` : md`${flagText}  ${help} (${defaultValue})`;
  });
  return buildMessage(
    md`${formatUsage(command)}: ${command.summary}`,
    block.section(md`${formatCode(formatUsage(command))}\n${command.summary}`),
    ...buildSections(flags),
    block.context(joinMarkdown([md`For example:`, ...command.examples.map(formatCode)], ' ')),
  );
}

function formatUsage({ name, usage }: AnyCommand): string {
  return `/kthw ${name} ${usage}`.trimEnd();
}
