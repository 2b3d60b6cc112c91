import type { RunView } from '../../engine/service/cluster-service.ts';
import { formatCount } from './count.ts';
import { describeRunStatus } from './describe-status.ts';
import { formatElapsed } from './duration.ts';
import { type Markdown, md } from './markdown.ts';
import { getRunStatus, runStatusIcons } from './run-status.ts';

const barLength = 10;

/** Ten squares in the colour of the status, then `86 of 130 steps · 13 of 28 phases`. */
export function formatProgressBar(view: RunView, isAwaitingApproval = false): Markdown {
  const { done, total } = countSteps(view);
  // Rounds down, so the last square is filled only when all steps are done.
  const filledCount = total > 0 ? Math.floor((done / total) * barLength) : 0;
  const { square } = runStatusIcons[getRunStatus(view, isAwaitingApproval)];
  const bar = `${square.repeat(filledCount)}${'⬜'.repeat(barLength - filledCount)}`;
  return md`${bar}\n${done} of ${formatCount(total, 'step')} · ${formatPhaseCount(view)}${formatElapsedSuffix(view)}`;
}

/** Text for screen readers and notifications: status, phases, and active or failed phases. */
export function formatSpokenProgress(view: RunView, isAwaitingApproval: boolean): string {
  const { label } = describeRunStatus(view, isAwaitingApproval);
  const listTitles = (states: readonly string[]) =>
    view.phases.flatMap(({ state, title }) => (states.includes(state) ? [title] : [])).slice(0, 3);
  const failedTitles = listTitles(['failed', 'conflicted']);
  const activeTitles = listTitles(['running', 'retrying']);
  const head = `${label}, ${formatPhaseCount(view)}`;
  if (failedTitles.length > 0) return `${head}; failed: ${failedTitles.join(', ')}`;
  return view.outcome === undefined && activeTitles.length > 0
    ? `${head}; in progress: ${activeTitles.join(', ')}`
    : head;
}

export function countSteps({ phases }: Pick<RunView, 'phases'>): { readonly done: number; readonly total: number } {
  return {
    done: phases.reduce((sum, phase) => sum + phase.done, 0),
    total: phases.reduce((sum, phase) => sum + phase.total, 0),
  };
}

function formatPhaseCount({ phases }: Pick<RunView, 'phases'>): string {
  return `${phases.filter(({ state }) => state === 'done').length} of ${formatCount(phases.length, 'phase')}`;
}

function formatElapsedSuffix({ startedAt, finishedAt, outcome }: RunView): string {
  const elapsed = formatElapsed(startedAt, finishedAt);
  return outcome && elapsed ? ` · took ${elapsed}` : '';
}
