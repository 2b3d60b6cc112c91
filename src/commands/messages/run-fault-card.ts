import type { RunView } from '../../engine/service/cluster-service.ts';
import type { EngineEvent } from '../../store/events.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { formatErrorDetail, formatNextAction } from './error-detail.ts';
import { md } from './markdown.ts';
import { getOperationLabels } from './operation-labels.ts';

/** An error outside of steps: the run failed, or it waits and tries again. */
export function renderRunFaultCard(
  view: RunView,
  { error, retryAt }: Pick<Extract<EngineEvent, { type: 'run.faulted' }>, 'error' | 'retryAt'>,
): Message {
  const { noun } = getOperationLabels(view.operation);
  const icon = retryAt ? '🔁' : '❌';
  const details = formatErrorDetail(error).map(block.section);
  return buildMessage(
    md`${icon} ${noun}: ${error.message}`,
    block.section(md`${icon} *${noun} ${view.cluster}*\n${md.codeSpans(error.message)}`),
    ...details,
    block.context(
      retryAt
        ? md`No action needed; retrying at ${md.timestamp(new Date(retryAt))}`
        : md`Next: ${formatNextAction(error.remedy, view)}`,
    ),
  );
}
