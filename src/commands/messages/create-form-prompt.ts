import { block, buildMessage, buildReply, type Message } from './blocks.ts';
import { md } from './markdown.ts';

/** Offers the create form where Slack gave no trigger to open it directly. */
export function renderCreateFormPrompt(buttonId: string): Message {
  const text = md`Configure the new cluster`;
  return buildMessage(
    text,
    block.section(text),
    block.actions({ ...block.button(buttonId, 'Open form', {}), style: 'primary' }),
    block.context(
      md`Or type ${md.code('/kthw create demo --workers 2')}. ${md.code('/kthw help create')} shows all options`,
    ),
  );
}

/** Replaces the prompt while the form is open. */
export function renderCreateFormOpened(): Message {
  const text = md`Form opened`;
  return buildReply(text, md`Closed it? ${md.code('/kthw create')} opens it again`);
}
