import type { RunView } from '../../engine/service/cluster-service-types.ts';
import { between } from './duration.ts';
import { type Markdown, md } from './markdown.ts';
import { standing, toneOf, tones } from './run-status.ts';

const squares = 10;

/** How far a run is: ten squares in the colour of how it stands, and the same in words. */
export function progressBar(view: RunView, waits = false): Markdown {
  const { done, total } = stepsOf(view);
  const share = total > 0 ? done / total : 0;
  // Only what is wholly done is shown so: the last square is for the last step.
  const full = Math.floor(share * squares);
  const { full: colour } = tones[toneOf(view, waits)];
  const bar = `${colour.repeat(full)}${'⬜'.repeat(squares - full)}`;
  return md`${bar}\n*${Math.floor(share * 100)} %* · ${phasesDone(view)}${tookOrSo(view)}`;
}

/** `14 of 27 phases`. */
export function phasesDone({ phases }: Pick<RunView, 'phases'>): string {
  return `${phases.filter(({ state }) => state === 'done').length} of ${phases.length} phases`;
}

/** For those who hear the summary instead of seeing it: what is going on now, or what stands in the way. */
export function spokenProgress(view: RunView, waits: boolean): string {
  const { words } = standing(view, waits);
  const named = (states: readonly string[]) =>
    view.phases.flatMap(({ state, title }) => (states.includes(state) ? [title] : [])).slice(0, 3);
  const [stopped, now] = [named(['failed', 'conflicted']), named(['running', 'retrying'])];
  const head = `${words}, ${phasesDone(view)}`;
  if (stopped.length > 0) return `${head}; stopped at ${stopped.join(', ')}`;
  return view.over === undefined && now.length > 0 ? `${head}; now ${now.join(', ')}` : head;
}

function stepsOf({ phases }: RunView): { readonly done: number; readonly total: number } {
  return {
    done: phases.reduce((sum, phase) => sum + phase.done, 0),
    total: phases.reduce((sum, phase) => sum + phase.total, 0),
  };
}

function tookOrSo({ startedAt, finishedAt, over }: RunView): string {
  const time = between(startedAt, finishedAt);
  return over && time ? ` · took ${time}` : '';
}
