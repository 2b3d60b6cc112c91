import type { PhaseState, PhaseView, RunView } from '../../engine/service/cluster-service.ts';
import { formatElapsed } from './duration.ts';
import { truncate } from './limits.ts';
import { type Markdown, md } from './markdown.ts';

/** About two lines on a phone. */
const maxNoteLength = 80;
/** Up to this many pending phases get a line each. */
const maxPendingLines = 2;

/** One line per phase; many pending phases share one line. */
export function formatPhaseLines({ phases, outcome }: Pick<RunView, 'phases' | 'outcome'>): Markdown[] {
  const pendingPhases = phases.filter(({ state }) => state === 'pending');
  if (pendingPhases.length <= maxPendingLines) return phases.map((phase) => formatPhaseLine(phase, outcome));
  const { icon, label: pendingLabel } = phaseStatusIcons.pending;
  const lines = phases
    .filter((phase) => !pendingPhases.includes(phase))
    .map((phase) => formatPhaseLine(phase, outcome));
  const label = outcome ? 'not started' : pendingLabel;
  return [
    ...lines,
    md`${icon} _${pendingPhases.length} ${label}:_ ${pendingPhases.map(({ title }) => title).join(', ')}`,
  ];
}

/** Status, step count, time, and the current step or error. */
function formatPhaseLine(
  { state, title, done, total, note, startedAt, finishedAt }: PhaseView,
  outcome: RunView['outcome'],
): Markdown {
  const isActive = state === 'running' || state === 'retrying';
  const { icon, label } = getPhaseStatus(state, outcome);
  const parts = [md`${icon} *${title}*`];
  const elapsed = formatElapsed(startedAt, finishedAt);
  parts.push(state === 'done' && elapsed ? md`${elapsed}` : md`${label}`);
  if (state !== 'pending' && state !== 'done' && total > 1) parts.push(md`${done}/${total} steps`);
  if (isActive && !outcome && startedAt) parts.push(md`since ${md.time(startedAt)}`);
  if (note && state !== 'done') parts.push(md`_${truncate(note, maxNoteLength)}_`);
  return md.join(parts, ' · ');
}

function getPhaseStatus(state: PhaseView['state'], outcome: RunView['outcome']) {
  const isActive = state === 'running' || state === 'retrying';
  if (isActive && outcome) return phaseStatusIcons.incomplete;
  if (state === 'pending' && outcome) return { ...phaseStatusIcons.pending, label: 'not started' };
  return phaseStatusIcons[state];
}

/** Icon and label by phase state. `incomplete`: started, but not done when the run ended. */
export const phaseStatusIcons: Readonly<
  Record<PhaseState | 'incomplete', { readonly icon: string; readonly label: string }>
> = {
  pending: { icon: '▫️', label: 'pending' },
  running: { icon: '⏳', label: 'in progress' },
  retrying: { icon: '🔁', label: 'retrying' },
  incomplete: { icon: '▪️', label: 'incomplete' },
  done: { icon: '✅', label: 'done' },
  failed: { icon: '❌', label: 'failed' },
  conflicted: { icon: '⚠️', label: 'conflict' },
  deferred: { icon: '⏸️', label: 'deferred' },
};
