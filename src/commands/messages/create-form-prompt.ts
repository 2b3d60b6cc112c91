import type { Message } from '../routing/command.ts';
import { block, message } from './blocks.ts';
import { code, md } from './markdown.ts';

/** Where the form can't be opened by itself: a button that opens it. */
export function offerForm(button: string): Message {
  const said = md`What should the cluster be like?`;
  return message(
    said,
    block.section(said),
    block.buttons({ ...block.button(button, 'Fill in a form', {}), style: 'primary' }),
    block.note(md`Or say it: ${code('/kthw create demo --workers 2')}. ${code('/kthw help create')} lists everything`),
  );
}

/** In the button's place while the form is open. */
export function formIsOpen(): Message {
  const said = md`The form is open`;
  return message(said, block.section(said), block.note(md`Closed it? ${code('/kthw create')} opens it again`));
}
