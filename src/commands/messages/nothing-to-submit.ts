import { buildMessage, type Message } from './blocks.ts';
import { md } from './markdown.ts';

/** Reply to a submitted modal that has nothing to submit. */
export function renderNothingToSubmit(): Message {
  return buildMessage(md`This dialog has nothing to submit. ${md.code('/kthw help')} lists all commands`);
}
