import type { Button } from '@slack/types';
import type { RunView } from '../../engine/service/cluster-service.ts';
import type { EngineEvent } from '../../store/events.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { formatChapterLink } from './chapter-link.ts';
import { formatElapsed } from './duration.ts';
import { md } from './markdown.ts';
import { getStepTitle } from './problem-lines.ts';

type StepOutcome = Extract<EngineEvent, { type: 'step.finished' }>['outcome'];

const outcomeLabels: Readonly<Record<StepOutcome, string>> = {
  applied: 'created',
  adopted: 'already existed',
  removed: 'deleted',
  alreadyAbsent: 'already deleted',
};

/** A completed phase: duration, outcome per step, chapter link. */
export function renderPhaseResult(
  view: RunView,
  phaseName: string,
  outcomes: ReadonlyMap<string, StepOutcome>,
): Message {
  const phase = view.phases.find((one) => one.name === phaseName);
  const title = phase?.title ?? phaseName;
  const elapsed = formatElapsed(phase?.startedAt, phase?.finishedAt);
  const lines = [...outcomes].map(([step, outcome]) => md`• ${getStepTitle(view, step)}: ${outcomeLabels[outcome]}`);
  const head = elapsed ? md`✅ *${title}* · ${elapsed}` : md`✅ *${title}*`;
  return buildMessage(
    md`✅ ${title}: done`,
    ...block.sections([head, ...lines]),
    ...(phase ? [block.context(formatChapterLink(phase.chapter))] : []),
    block.actions(buildPhaseCommandsButton(view.run, phaseName)),
  );
}

export const phaseCommandsButtonId = 'phaseCommands.show';

/** Opens the equivalent manual commands of a phase. */
function buildPhaseCommandsButton(run: string, phase: string): Button {
  return block.button(phaseCommandsButtonId, 'Show manual steps', { run, phase });
}
