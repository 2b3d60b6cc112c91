import type { PhaseView, RunView } from '../../engine/service/cluster-service-types.ts';
import { between } from './duration.ts';
import { cut } from './limits.ts';
import { clock, joined, type Markdown, md } from './markdown.ts';
import { phaseWords } from './run-status.ts';

/** Two lines on a telephone. */
const longestNote = 80;
/** So few that have not begun get a line each. */
const fewToCome = 2;

/** Phases in a line each, those that have not begun in one line together. */
export function phaseLines({ phases, over }: Pick<RunView, 'phases' | 'over'>): Markdown[] {
  const toCome = phases.filter(({ state }) => state === 'waiting');
  if (toCome.length <= fewToCome) return phases.map((phase) => phaseLine(phase, over));
  const { icon, words } = phaseWords.waiting;
  const lines = phases.filter((phase) => !toCome.includes(phase)).map((phase) => phaseLine(phase, over));
  const said = over ? 'not begun' : words;
  return [...lines, md`${icon} _${toCome.length} ${said}:_ ${toCome.map(({ title }) => title).join(', ')}`];
}

/** One phase of a run in one line: state, count, time, and what it waits for. */
function phaseLine(
  { state, title, done, total, note, startedAt, finishedAt }: PhaseView,
  over: RunView['over'],
): Markdown {
  const going = state === 'running' || state === 'retrying';
  const { icon, words } = going && over ? phaseWords.begun : phaseWords[state];
  const parts = [md`${icon} *${title}*`];
  const took = between(startedAt, finishedAt);
  parts.push(state === 'done' && took ? md`${took}` : md`${words}`);
  if (state !== 'waiting' && state !== 'done' && total > 1) parts.push(md`${done}/${total}`);
  if (going && !over && startedAt) parts.push(md`since ${clock(startedAt)}`);
  if (note && state !== 'done') parts.push(md`_${cut(note, longestNote)}_`);
  return joined(parts, ' · ');
}
