import type { Message } from '../routing/command.ts';
import { block, buildMessage } from './blocks.ts';
import { formatCode, md } from './markdown.ts';

/** Where the form can't be opened by itself: a button that opens it. */
export function renderCreateFormPrompt(buttonId: string): Message {
  const text = md`What should the cluster be like?`;
  return buildMessage(
    text,
    block.section(text),
    block.actions({ ...block.button(buttonId, 'Fill in a form', {}), style: 'primary' }),
    block.context(
      md`Or say it: ${formatCode('/kthw create demo --workers 2')}. ${formatCode('/kthw help create')} lists everything`,
    ),
  );
}

/** In the button's place while the form is open. */
export function renderCreateFormOpened(): Message {
  const text = md`The form is open`;
  return buildMessage(
    text,
    block.section(text),
    block.context(md`Closed it? ${formatCode('/kthw create')} opens it again`),
  );
}
