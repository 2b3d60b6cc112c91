import type { RunView } from '../../engine/service/cluster-service.ts';
import type { Difference, StepError } from '../../store/step-error.ts';
import type { Message } from '../routing/command.ts';
import { block, buildMessage } from './blocks.ts';
import { errorOriginTexts, getErrorOrigin } from './error-origin.ts';
import { formatBackticks, formatCode, formatTimestamp, joinMarkdown, type Markdown, md } from './markdown.ts';
import { renderTable } from './table.ts';

/** A step that stopped: whose fault, the cause, the other side's own reason, what exists, what to do. */
export function renderFailureCard(view: RunView, step: string, error: StepError): Message {
  const title = getStepTitle(view, step);
  return buildMessage(
    md`❌ ${title}: ${error.message}`,
    block.section(md`❌ *${title}*\n${toSentence(error.message)}`),
    block.section(
      joinMarkdown([
        md`${errorOriginTexts[getErrorOrigin(error)]}`,
        ...formatErrorDetail(error),
        formatCompletedSteps(view),
      ]),
    ),
    block.context(md`Next: ${formatNextAction(error.remedy, view)}`),
  );
}

/** A step that fails in a way that passes, for long enough to be worth a word. */
export function renderRetryCard(
  view: RunView,
  step: string,
  error: StepError,
  attempts: number,
  retryAt: Date,
): Message {
  const title = getStepTitle(view, step);
  return buildMessage(
    md`🔁 ${title}: still trying, ${error.message}`,
    block.section(md`🔁 *${title}* · still trying\n${toSentence(error.message)}`),
    block.section(
      joinMarkdown([
        md`${errorOriginTexts[getErrorOrigin(error)]}`,
        ...formatErrorDetail(error),
        md`${attempts} tries so far, the next ${formatTimestamp(retryAt)}.`,
      ]),
    ),
    block.context(md`Next: ${formatNextAction(error.remedy, view)}`),
  );
}

/** Something exists and differs. Both sides are shown; nothing was overwritten. */
export function renderConflictCard(view: RunView, step: string, fields: readonly Difference[]): Message {
  const title = getStepTitle(view, step);
  return buildMessage(
    md`⚠️ ${title}: exists and differs in ${fields.map((f) => f.field).join(', ')}`,
    block.section(md`⚠️ *${title}* · exists and differs from what this cluster needs`),
    block.section(renderDifferences(fields)),
    block.section(joinMarkdown([md`Nothing was overwritten.`, formatCompletedSteps(view)], ' ')),
    block.context(md`Next: put it right or remove it, then ${formatCode(`/kthw resume ${view.cluster}`)}`),
  );
}

/** A step left for later; everything else goes on. */
export function renderDeferredCard(view: RunView, step: string, error: StepError): Message {
  const title = getStepTitle(view, step);
  return buildMessage(
    md`⏸️ ${title}: left for later, ${error.message}`,
    block.section(md`⏸️ *${title}* · left for later\n${toSentence(error.message)}`),
    ...formatErrorDetail(error).map(block.section),
    block.context(md`Next: ${formatNextAction(error.remedy, view)}`),
  );
}

/** What was wanted against what is there. */
export function renderDifferences(fields: readonly Difference[]): Markdown {
  return renderTable(
    ['', 'wanted', 'found'],
    fields.map((f) => [f.field, f.desired, f.actual]),
  );
}

export function getStepTitle(view: RunView, step: string): string {
  return view.steps[step]?.title ?? step;
}

function formatErrorDetail({ detail }: StepError): Markdown[] {
  return detail === undefined ? [] : [md`The exact reason: ${formatCode(detail)}`];
}

function formatCompletedSteps({ phases }: RunView): Markdown {
  const done = phases.reduce((sum, phase) => sum + phase.done, 0);
  const total = phases.reduce((sum, phase) => sum + phase.total, 0);
  return md`${done} of ${total} steps are done and stay as they are.`;
}

function toSentence(text: string): string {
  // What begins with a machine's name keeps it.
  const first = /^[a-z]+(?![a-z0-9-])/.test(text) ? text.charAt(0).toUpperCase() : text.charAt(0);
  return `${first}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** The catalogue writes commands between backticks, without the cluster's name: it does not know it. */
function formatNextAction(text: string, { cluster }: RunView): Markdown {
  return formatBackticks(text, (command) =>
    /^\/kthw (create|resume|delete|doctor)$/.test(command) ? `${command} ${cluster}` : command,
  );
}
