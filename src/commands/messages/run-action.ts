import type { Person } from '../../store/person.ts';
import { buildMessage, type Message } from './blocks.ts';
import { md } from './markdown.ts';
import { getOperationLabels } from './operation-labels.ts';

/**
 * A user resumed, cancelled, approved or rejected the run.
 * @param preemptedBy operation of the run that takes its place; `actor` approved or confirmed that
 */
export function renderRunAction(
  actor: Person,
  action: 'resumed' | 'cancelRequested' | 'approved' | 'refused',
  preemptedBy?: string,
): Message {
  switch (action) {
    case 'resumed':
      return buildMessage(md`▶️ ${md.mention(actor)} resumed the run`);
    case 'cancelRequested':
      if (preemptedBy !== undefined)
        return buildMessage(
          md`⏹️ Stopped for a ${getOperationLabels(preemptedBy).noun} that ${md.mention(actor)} confirmed; in-progress steps will finish first`,
        );
      return buildMessage(md`⏹️ ${md.mention(actor)} cancelled the run; in-progress steps will finish first`);
    case 'approved':
      return buildMessage(md`👍 ${md.mention(actor)} approved the run`);
    case 'refused':
      return buildMessage(md`👎 ${md.mention(actor)} rejected the run`);
    default:
      return action satisfies never;
  }
}
