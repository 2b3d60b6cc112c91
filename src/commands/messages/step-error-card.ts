import type { RunView } from '../../engine/service/cluster-service.ts';
import type { StepError } from '../../store/step-error.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { formatCount } from './count.ts';
import { formatErrorDetail, formatNextAction } from './error-detail.ts';
import { md } from './markdown.ts';
import { formatErrorMessage, getStepTitle } from './problem-lines.ts';
import { countSteps } from './progress-bar.ts';

/** A step failed and is not retried. @param attempts since the run was started or resumed */
export function renderFailedStepErrorCard(view: RunView, step: string, error: StepError, attempts: number): Message {
  const title = getStepTitle(view, step);
  const { done, total } = countSteps(view);
  const hasGivenUp = error.kind === 'transient';
  return buildMessage(
    md`❌ ${title}: ${formatErrorMessage(title, error)}`,
    block.section(md`❌ *${title}*\n${toSentence(formatErrorMessage(title, error))}`),
    block.section(
      md.join([
        md`${formatErrorOrigin(error)}`,
        ...formatErrorDetail(error),
        ...(hasGivenUp ? [md`Gave up after ${formatCount(attempts, 'attempt')}.`] : []),
        md`${done} of ${formatCount(total, 'step')} completed and kept.`,
      ]),
    ),
    block.context(md`Next: ${formatNextAction(error.remedy, view)}`),
  );
}

/** A step keeps failing with a transient error and is retried at `retryAt`. */
export function renderRetriedStepErrorCard(
  view: RunView,
  step: string,
  error: StepError,
  attempts: number,
  retryAt: Date,
): Message {
  const title = getStepTitle(view, step);
  return buildMessage(
    md`🔁 ${title}: retrying, ${formatErrorMessage(title, error)}`,
    block.section(md`🔁 *${title}* · retrying\n${toSentence(formatErrorMessage(title, error))}`),
    block.section(md.join([md`${formatErrorOrigin(error)}`, ...formatErrorDetail(error)])),
    block.context(
      md`No action needed; retrying at ${md.timestamp(retryAt)} (${formatCount(attempts, 'failed attempt')} so far)`,
    ),
  );
}

/** A step was skipped for now; the run continues. */
export function renderDeferredStepErrorCard(view: RunView, step: string, error: StepError): Message {
  const title = getStepTitle(view, step);
  return buildMessage(
    md`⏸️ ${title}: deferred, ${formatErrorMessage(title, error)}`,
    block.section(md`⏸️ *${title}* · deferred (skipped for now)\n${toSentence(formatErrorMessage(title, error))}`),
    ...formatErrorDetail(error).map(block.section),
    block.context(md`Next: ${formatNextAction(error.remedy, view)}`),
  );
}

function toSentence(text: string): string {
  // Keeps the case of an instance name at the start.
  const first = /^[a-z]+(?![a-z0-9-])/.test(text) ? text.charAt(0).toUpperCase() : text.charAt(0);
  return `${first}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** Where the cause of an error is, so that the reader knows who can fix it. */
type ErrorOrigin = 'project' | 'kthw' | 'google' | 'instances' | 'cancelled';

const originByKind: Readonly<Record<StepError['kind'], ErrorOrigin>> = {
  transient: 'instances',
  conflict: 'project',
  denied: 'project',
  invalid: 'project',
  cancelled: 'cancelled',
  deferred: 'project',
  bug: 'kthw',
};

/** Errors whose kind doesn't determine the origin. */
const originByCode: Readonly<Record<string, ErrorOrigin>> = {
  'rate-limited': 'google',
  'cloud-unavailable': 'google',
  'outcome-unknown': 'google',
  'not-ready': 'google',
  'operation-slow': 'google',
  'zone-exhausted': 'google',
  'in-use': 'google',
  'disk-full': 'instances',
  checksum: 'instances',
  'ssh-host-key': 'instances',
};

const originTexts: Readonly<Record<ErrorOrigin, string>> = {
  project: 'Cause: project configuration or the request.',
  kthw: 'Cause: an internal error in kthw.',
  google: 'Cause: Google Compute Engine.',
  instances: 'Cause: an instance or the network.',
  cancelled: 'Cause: a user cancelled the run.',
};

function getErrorOrigin({ code, kind }: Pick<StepError, 'code' | 'kind'>): ErrorOrigin {
  return (Object.hasOwn(originByCode, code) ? originByCode[code] : undefined) ?? originByKind[kind];
}

function formatErrorOrigin(error: Pick<StepError, 'code' | 'kind'>): string {
  return originTexts[getErrorOrigin(error)];
}
