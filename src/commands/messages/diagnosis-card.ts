import type { RunView } from '../../engine/service/cluster-service.ts';
import type { EngineEvent } from '../../store/events.ts';
import type { Message } from '../routing/command.ts';
import { block, buildMessage, buildSections } from './blocks.ts';
import { formatBackticks, formatCode } from './code.ts';
import { md } from './markdown.ts';
import { buildResizeButton } from './resize-button.ts';

/** Why a run is slow or fails, with metrics, and a Resize button if the machine type is too small. */
export function renderDiagnosisCard(
  view: RunView,
  { findings, resizeTo }: Extract<EngineEvent, { type: 'step.diagnosed' }>,
  buttonId: string,
): Message {
  const { cluster } = view;
  const headline = resizeTo ? 'instances are too small' : 'instance diagnosis';
  const doctorCommand = formatCode(`/kthw doctor ${cluster}`);
  return buildMessage(
    md`🩺 ${cluster}: ${headline}; ${findings[0] ?? ''}`,
    ...buildSections([md`🩺 *${cluster}* · ${headline}`, ...findings.map((line) => md`• ${formatBackticks(line)}`)]),
    ...(resizeTo ? [buildResizeButton(cluster, resizeTo, buttonId)] : []),
    block.context(
      resizeTo
        ? md`Resize requests approval in its own thread before any instance is restarted or deleted · ${doctorCommand} shows all metrics`
        : md`${doctorCommand} shows all metrics · ${formatCode(`/kthw status ${cluster}`)} shows the progress`,
    ),
  );
}
