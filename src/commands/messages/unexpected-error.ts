import { buildMessage, type Message } from './blocks.ts';
import { md } from './markdown.ts';

/** An exception during a request, which may already have been saved. @param action starts a sentence */
export function renderUnexpectedError(action: string): Message {
  return buildMessage(
    md`❌ ${action} failed with an internal error. Check ${md.code('/kthw list')} before you try again`,
  );
}
