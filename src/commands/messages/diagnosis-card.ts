import type { RunView } from '../../engine/service/cluster-service.ts';
import type { EngineEvent } from '../../store/events.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { buildResizeButton } from './follow-up-button.ts';
import { md } from './markdown.ts';

/**
 * Why a run is slow or fails, with metrics, and a Resize button if the machine type is too small.
 * @param buttonId absent: a newer run has changed the cluster
 */
export function renderDiagnosisCard(
  view: RunView,
  { findings, resizeTo }: Extract<EngineEvent, { type: 'step.diagnosed' }>,
  buttonId: string | undefined,
): Message {
  const { cluster } = view;
  const headline = resizeTo ? 'instances are too small' : 'instance diagnosis';
  const doctorCommand = md.code(`/kthw doctor ${cluster}`);
  return buildMessage(
    md`🩺 ${cluster}: ${headline}; ${findings[0] ?? ''}`,
    ...block.sections([md`🩺 *${cluster}* · ${headline}`, ...findings.map((line) => md`• ${md.codeSpans(line)}`)]),
    ...(resizeTo && buttonId ? [buildResizeButton(view, resizeTo, buttonId)] : []),
    block.context(
      resizeTo && buttonId
        ? md`Resize requests approval in its own thread before any instance is restarted or deleted · ${doctorCommand} shows all metrics`
        : md`${doctorCommand} shows all metrics · ${md.code(`/kthw status ${cluster}`)} shows the progress`,
    ),
  );
}
