import type { Person } from '../../store/person.ts';
import type { Message } from '../routing/command.ts';
import { buildMessage } from './blocks.ts';
import { md } from './markdown.ts';
import { formatMention } from './mention.ts';

/** A user resumed, cancelled, approved or rejected the run. */
export function renderRunAction(
  actor: Person,
  action: 'resumed' | 'cancelRequested' | 'approved' | 'refused',
): Message {
  switch (action) {
    case 'resumed':
      return buildMessage(md`▶️ ${formatMention(actor)} resumed the run`);
    case 'cancelRequested':
      return buildMessage(md`⏹️ ${formatMention(actor)} cancelled the run; in-progress steps will finish first`);
    case 'approved':
      return buildMessage(md`👍 ${formatMention(actor)} approved the run`);
    case 'refused':
      return buildMessage(md`👎 ${formatMention(actor)} rejected the run`);
    default:
      return action satisfies never;
  }
}
