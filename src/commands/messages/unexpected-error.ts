import type { Message } from '../routing/command.ts';
import { buildMessage } from './blocks.ts';
import { formatCode } from './code.ts';
import { md } from './markdown.ts';

/** An exception during a request, which may already have been saved. @param action starts a sentence */
export function renderUnexpectedError(action: string): Message {
  return buildMessage(
    md`❌ ${action} failed with an internal error. Check ${formatCode('/kthw list')} before you try again`,
  );
}
