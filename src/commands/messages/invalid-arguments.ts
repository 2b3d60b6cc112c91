import type { Message } from '../routing/command.ts';
import { block, buildMessage } from './blocks.ts';
import { formatBackticks, formatCode } from './code.ts';
import { joinMarkdown, md } from './markdown.ts';

/** Argument errors of a command, with working examples. */
export function renderInvalidArguments(
  problems: readonly string[],
  examples: readonly string[],
  helpCommand: string,
): Message {
  const lines = problems.map((problem) => joinMarkdown([md`• `, formatBackticks(problem)], ''));
  return buildMessage(
    joinMarkdown(lines),
    block.section(joinMarkdown([md`Invalid command:`, ...lines])),
    ...(examples.length > 0 ? [block.section(joinMarkdown([md`For example:`, ...examples.map(formatCode)]))] : []),
    block.context(md`${formatCode(helpCommand)} shows all options`),
  );
}
