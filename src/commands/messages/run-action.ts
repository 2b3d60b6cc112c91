import type { Person } from '../../store/person.ts';
import { buildMessage, type Message } from './blocks.ts';
import { md } from './markdown.ts';

/** A user resumed, cancelled, approved or rejected the run. */
export function renderRunAction(
  actor: Person,
  action: 'resumed' | 'cancelRequested' | 'approved' | 'refused',
): Message {
  switch (action) {
    case 'resumed':
      return buildMessage(md`▶️ ${md.mention(actor)} resumed the run`);
    case 'cancelRequested':
      return buildMessage(md`⏹️ ${md.mention(actor)} cancelled the run; in-progress steps will finish first`);
    case 'approved':
      return buildMessage(md`👍 ${md.mention(actor)} approved the run`);
    case 'refused':
      return buildMessage(md`👎 ${md.mention(actor)} rejected the run`);
    default:
      return action satisfies never;
  }
}
