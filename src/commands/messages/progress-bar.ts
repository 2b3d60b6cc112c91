import type { RunView } from '../../engine/service/cluster-service.ts';
import { formatElapsed } from './duration.ts';
import { type Markdown, md } from './markdown.ts';
import { describeRunStatus, getRunStatus, runStatusStyles } from './run-status.ts';

const barLength = 10;

/** How far a run is: ten squares in the colour of how it stands, and the same in words. */
export function renderProgressBar(view: RunView, isAwaitingApproval = false): Markdown {
  const { done, total } = countSteps(view);
  const share = total > 0 ? done / total : 0;
  // Only what is wholly done is shown so: the last square is for the last step.
  const filledCount = Math.floor(share * barLength);
  const { square } = runStatusStyles[getRunStatus(view, isAwaitingApproval)];
  const bar = `${square.repeat(filledCount)}${'⬜'.repeat(barLength - filledCount)}`;
  return md`${bar}\n*${Math.floor(share * 100)} %* · ${formatPhaseCount(view)}${formatElapsedSuffix(view)}`;
}

/** `14 of 27 phases`. */
export function formatPhaseCount({ phases }: Pick<RunView, 'phases'>): string {
  return `${phases.filter(({ state }) => state === 'done').length} of ${phases.length} phases`;
}

/** For those who hear the summary instead of seeing it: what is going on now, or what stands in the way. */
export function formatSpokenProgress(view: RunView, isAwaitingApproval: boolean): string {
  const { label } = describeRunStatus(view, isAwaitingApproval);
  const listTitles = (states: readonly string[]) =>
    view.phases.flatMap(({ state, title }) => (states.includes(state) ? [title] : [])).slice(0, 3);
  const [failedTitles, activeTitles] = [listTitles(['failed', 'conflicted']), listTitles(['running', 'retrying'])];
  const head = `${label}, ${formatPhaseCount(view)}`;
  if (failedTitles.length > 0) return `${head}; stopped at ${failedTitles.join(', ')}`;
  return view.outcome === undefined && activeTitles.length > 0 ? `${head}; now ${activeTitles.join(', ')}` : head;
}

function countSteps({ phases }: RunView): { readonly done: number; readonly total: number } {
  return {
    done: phases.reduce((sum, phase) => sum + phase.done, 0),
    total: phases.reduce((sum, phase) => sum + phase.total, 0),
  };
}

function formatElapsedSuffix({ startedAt, finishedAt, outcome }: RunView): string {
  const elapsed = formatElapsed(startedAt, finishedAt);
  return outcome && elapsed ? ` · took ${elapsed}` : '';
}
