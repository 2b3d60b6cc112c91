import type { Message } from '../routing/command.ts';
import { buildMessage } from './blocks.ts';
import { formatCode } from './code.ts';
import { md } from './markdown.ts';

/** Reply to a submitted modal that has nothing to submit. */
export function renderNothingToSubmit(): Message {
  return buildMessage(md`This dialog has nothing to submit. ${formatCode('/kthw help')} lists all commands`);
}
