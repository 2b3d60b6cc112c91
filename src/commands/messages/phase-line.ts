import type { PhaseView } from '../../engine/desk-types.ts';
import { between } from './duration.ts';
import { clock, joined, type Markdown, md } from './markdown.ts';
import { phaseIcons } from './words.ts';

/** One phase of a run in one line: state, count, time, and what it waits for. */
export function phaseLine(phase: PhaseView): Markdown {
  const { state, title, done, total, note } = phase;
  const parts = [md`${phaseIcons[state]} ${title}`];
  if (state !== 'waiting' && total > 1) parts.push(md`${done}/${total}`);
  const took = between(phase.startedAt, phase.finishedAt);
  if (state === 'done' && took) parts.push(md`${took}`);
  if ((state === 'running' || state === 'retrying') && phase.startedAt) parts.push(md`since ${clock(phase.startedAt)}`);
  if (note && state !== 'done') parts.push(md`_${note}_`);
  return joined(parts, ' · ');
}
