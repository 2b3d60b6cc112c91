import { block, buildMessage, type Message } from './blocks.ts';
import { md } from './markdown.ts';

/** The database failed during a request, which may or may not have been saved. */
export function renderStoreUnavailable(): Message {
  const text = md`❌ Database unavailable; can't tell if the request was accepted`;
  return buildMessage(
    text,
    block.section(md`${text}.`),
    block.context(
      md`Runs resume automatically when the database is back. Check ${md.code('/kthw list')} before you try again`,
    ),
  );
}

/** An exception during a request, which may already have been saved. @param action starts a sentence */
export function renderUnexpectedError(action: string): Message {
  return buildMessage(
    md`❌ ${action} failed with an internal error. Check ${md.code('/kthw list')} before you try again`,
  );
}
