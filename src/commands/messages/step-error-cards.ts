import type { RunView } from '../../engine/service/cluster-service-types.ts';
import type { Difference, Fault } from '../../store/events.ts';
import type { Message } from '../routing/command.ts';
import { block, message } from './blocks.ts';
import { whose, whoseWords } from './error-origin.ts';
import { code, joined, type Markdown, md, moment, ticked } from './markdown.ts';
import { table } from './table.ts';

/** A step that stopped: whose fault, the cause, the other side's own reason, what exists, what to do. */
export function failureCard(view: RunView, step: string, fault: Fault): Message {
  const title = titleOf(view, step);
  return message(
    md`❌ ${title}: ${fault.message}`,
    block.section(md`❌ *${title}*\n${sentence(fault.message)}`),
    block.section(joined([md`${whoseWords[whose(fault)]}`, ...reason(fault), exists(view)])),
    block.note(md`Next: ${next(fault.next, view)}`),
  );
}

/** A step that fails in a way that passes, for long enough to be worth a word. */
export function retryCard(view: RunView, step: string, fault: Fault, tries: number, retryAt: Date): Message {
  const title = titleOf(view, step);
  return message(
    md`🔁 ${title}: still trying, ${fault.message}`,
    block.section(md`🔁 *${title}* · still trying\n${sentence(fault.message)}`),
    block.section(
      joined([
        md`${whoseWords[whose(fault)]}`,
        ...reason(fault),
        md`${tries} tries so far, the next ${moment(retryAt)}.`,
      ]),
    ),
    block.note(md`Next: ${next(fault.next, view)}`),
  );
}

/** Something exists and differs. Both sides are shown; nothing was overwritten. */
export function conflictCard(view: RunView, step: string, fields: readonly Difference[]): Message {
  const title = titleOf(view, step);
  return message(
    md`⚠️ ${title}: exists and differs in ${fields.map((f) => f.field).join(', ')}`,
    block.section(md`⚠️ *${title}* · exists and differs from what this cluster needs`),
    block.section(differences(fields)),
    block.section(joined([md`Nothing was overwritten.`, exists(view)], ' ')),
    block.note(md`Next: put it right or remove it, then ${code(`/kthw resume ${view.cluster}`)}`),
  );
}

/** A step left for later; everything else goes on. */
export function postponedCard(view: RunView, step: string, fault: Fault): Message {
  const title = titleOf(view, step);
  return message(
    md`⏸️ ${title}: left for later, ${fault.message}`,
    block.section(md`⏸️ *${title}* · left for later\n${sentence(fault.message)}`),
    ...reason(fault).map(block.section),
    block.note(md`Next: ${next(fault.next, view)}`),
  );
}

/** What was wanted against what is there. */
export function differences(fields: readonly Difference[]): Markdown {
  return table(
    ['', 'wanted', 'found'],
    fields.map((f) => [f.field, f.wanted, f.found]),
  );
}

export function titleOf(view: RunView, step: string): string {
  return view.steps[step]?.title ?? step;
}

function reason({ detail }: Fault): Markdown[] {
  return detail === undefined ? [] : [md`The exact reason: ${code(detail)}`];
}

function exists({ phases }: RunView): Markdown {
  const done = phases.reduce((sum, phase) => sum + phase.done, 0);
  const total = phases.reduce((sum, phase) => sum + phase.total, 0);
  return md`${done} of ${total} steps are done and stay as they are.`;
}

function sentence(text: string): string {
  // What begins with a machine's name keeps it.
  const first = /^[a-z]+(?![a-z0-9-])/.test(text) ? text.charAt(0).toUpperCase() : text.charAt(0);
  return `${first}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** The catalogue writes commands between backticks, without the cluster's name: it does not know it. */
function next(text: string, { cluster }: RunView): Markdown {
  return ticked(text, (command) => (/^\/kthw (resume|delete)$/.test(command) ? `${command} ${cluster}` : command));
}
