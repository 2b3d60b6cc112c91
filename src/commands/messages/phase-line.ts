import type { PhaseView, RunView } from '../../engine/service/cluster-service.ts';
import { formatElapsed } from './duration.ts';
import { truncate } from './limits.ts';
import { formatTime, joinMarkdown, type Markdown, md } from './markdown.ts';
import { phaseLabels } from './run-status.ts';

/** Two lines on a telephone. */
const maxNoteLength = 80;
/** So few that have not begun get a line each. */
const maxPendingLines = 2;

/** Phases in a line each, those that have not begun in one line together. */
export function formatPhaseLines({ phases, outcome }: Pick<RunView, 'phases' | 'outcome'>): Markdown[] {
  const pendingPhases = phases.filter(({ state }) => state === 'pending');
  if (pendingPhases.length <= maxPendingLines) return phases.map((phase) => formatPhaseLine(phase, outcome));
  const { icon, label: pendingLabel } = phaseLabels.pending;
  const lines = phases
    .filter((phase) => !pendingPhases.includes(phase))
    .map((phase) => formatPhaseLine(phase, outcome));
  const label = outcome ? 'not begun' : pendingLabel;
  return [
    ...lines,
    md`${icon} _${pendingPhases.length} ${label}:_ ${pendingPhases.map(({ title }) => title).join(', ')}`,
  ];
}

/** One phase of a run in one line: state, count, time, and what it waits for. */
function formatPhaseLine(
  { state, title, done, total, note, startedAt, finishedAt }: PhaseView,
  outcome: RunView['outcome'],
): Markdown {
  const isActive = state === 'running' || state === 'retrying';
  const { icon, label } = isActive && outcome ? phaseLabels.begun : phaseLabels[state];
  const parts = [md`${icon} *${title}*`];
  const elapsed = formatElapsed(startedAt, finishedAt);
  parts.push(state === 'done' && elapsed ? md`${elapsed}` : md`${label}`);
  if (state !== 'pending' && state !== 'done' && total > 1) parts.push(md`${done}/${total}`);
  if (isActive && !outcome && startedAt) parts.push(md`since ${formatTime(startedAt)}`);
  if (note && state !== 'done') parts.push(md`_${truncate(note, maxNoteLength)}_`);
  return joinMarkdown(parts, ' · ');
}
