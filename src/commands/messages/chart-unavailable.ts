import { block, buildMessage, type Message } from './blocks.ts';
import { md } from './markdown.ts';

export function renderChartUnavailable(): Message {
  return buildMessage(md`Couldn't draw the diagram; the status above is current. Run the command again to retry`);
}

export function renderDmUnavailable(): Message {
  return buildMessage(
    md`❌ Couldn't send you a DM`,
    block.section(md`❌ Couldn't send you a DM, so the file was not sent.`),
    block.context(
      md`Open a conversation with me, or ask an administrator to enable my Messages tab. Then try again. ${md.code('/kthw help')} lists all commands`,
    ),
  );
}
