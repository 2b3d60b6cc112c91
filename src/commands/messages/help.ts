import { flagsOf } from '../arguments/flags.ts';
import type { Command, CreateDefaults, Message } from '../routing/command.ts';
import { block, message, sections } from './blocks.ts';
import { code, joined, md } from './markdown.ts';

/** Every subcommand in a line. */
export function overview(commands: readonly Command[]): Message {
  const lines = commands.map((command) => md`${code(usageOf(command))}  ${command.help}`);
  return message(
    md`Kubernetes the hard way, from Slack: ${commands.map((command) => command.name).join(', ')}`,
    block.header('Kubernetes the hard way, from Slack'),
    ...sections(lines),
    block.note(md`${code('/kthw help create')} shows what a command takes`),
  );
}

/** One subcommand with its flags and examples. */
export function details(command: Command, defaults: CreateDefaults): Message {
  const flags = flagsOf(command, defaults).map(({ flag, takesValue, help, fallback }) => {
    const shown = code(takesValue ? `${flag} …` : flag);
    return fallback === undefined ? md`${shown}  ${help}` : md`${shown}  ${help} (${fallback})`;
  });
  return message(
    md`${usageOf(command)}: ${command.help}`,
    block.section(md`${code(usageOf(command))}\n${command.help}`),
    ...sections(flags),
    block.note(joined([md`For example:`, ...command.examples.map(code)], ' ')),
  );
}

function usageOf({ name, usage }: Command): string {
  return `/kthw ${name} ${usage}`.trimEnd();
}
