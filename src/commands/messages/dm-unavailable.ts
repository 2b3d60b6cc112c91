import type { Message } from '../routing/command.ts';
import { block, buildMessage } from './blocks.ts';
import { formatCode } from './code.ts';
import { md } from './markdown.ts';

export function renderDmUnavailable(): Message {
  return buildMessage(
    md`❌ Couldn't send you a DM`,
    block.section(md`❌ Couldn't send you a DM, so the file was not sent.`),
    block.context(
      md`Open a conversation with me, or ask an administrator to enable my Messages tab. Then try again. ${formatCode('/kthw help')} lists all commands`,
    ),
  );
}
