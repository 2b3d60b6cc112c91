import { block, buildMessage, type Message } from './blocks.ts';
import { md } from './markdown.ts';

/** Argument errors of a command, with working examples. */
export function renderInvalidArguments(
  problems: readonly string[],
  examples: readonly string[],
  helpCommand: string,
): Message {
  const lines = problems.map((problem) => md.join([md`• `, md.codeSpans(problem)], ''));
  return buildMessage(
    md.join(lines),
    block.section(md.join([md`Invalid command:`, ...lines])),
    ...(examples.length > 0 ? [block.section(md.join([md`For example:`, ...examples.map(md.code)]))] : []),
    block.context(md`${md.code(helpCommand)} shows all options`),
  );
}
