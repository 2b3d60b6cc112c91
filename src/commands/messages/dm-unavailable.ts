import { block, buildMessage, type Message } from './blocks.ts';
import { md } from './markdown.ts';

export function renderDmUnavailable(): Message {
  return buildMessage(
    md`❌ Couldn't send you a DM`,
    block.section(md`❌ Couldn't send you a DM, so the file was not sent.`),
    block.context(
      md`Open a conversation with me, or ask an administrator to enable my Messages tab. Then try again. ${md.code('/kthw help')} lists all commands`,
    ),
  );
}
