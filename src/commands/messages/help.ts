import { listFlags } from '../arguments/flags.ts';
import type { AnyCommand, CreateDefaults, Message } from '../routing/command.ts';
import { block, buildMessage, buildSections } from './blocks.ts';
import { formatCode, joinMarkdown, md } from './markdown.ts';

/** Every subcommand in a line. */
export function renderHelpOverview(commands: readonly AnyCommand[]): Message {
  const lines = commands.map((command) => md`${formatCode(formatUsage(command))}  ${command.summary}`);
  return buildMessage(
    md`Kubernetes the hard way, from Slack: ${commands.map((command) => command.name).join(', ')}`,
    block.header('Kubernetes the hard way, from Slack'),
    ...buildSections(lines),
    block.context(md`${formatCode('/kthw help create')} shows what a command takes`),
  );
}

/** One subcommand with its flags and examples. */
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
