import type { PhaseView } from '../../engine/desk-types.ts';
import { between } from './duration.ts';
import { cut } from './limits.ts';
import { clock, joined, type Markdown, md } from './markdown.ts';
import { phaseWords } from './words.ts';

/** A line on a phone. */
const longestNote = 120;

/** Phases in a line each; those that have not begun and come one after the other, in one line together. */
export function phaseLines(phases: readonly PhaseView[]): Markdown[] {
  const firstToCome = phases.findLastIndex(({ state }) => state !== 'waiting') + 1;
  const toCome = phases.slice(firstToCome);
  const lines = phases.slice(0, firstToCome).map(phaseLine);
  if (toCome.length < 3) return [...lines, ...toCome.map(phaseLine)];
  return [...lines, md`${phaseWords.waiting.icon} _to come:_ ${toCome.map(({ title }) => title).join(', ')}`];
}

/** One phase of a run in one line: state, count, time, and what it waits for. */
export function phaseLine(phase: PhaseView): Markdown {
  const { state, title, done, total, note } = phase;
  const { icon, words } = phaseWords[state];
  const parts = [md`${icon} *${title}*`];
  const took = between(phase.startedAt, phase.finishedAt);
  parts.push(state === 'done' && took ? md`${took}` : md`${words}`);
  if (state !== 'waiting' && state !== 'done' && total > 1) parts.push(md`${done}/${total}`);
  if ((state === 'running' || state === 'retrying') && phase.startedAt) parts.push(md`since ${clock(phase.startedAt)}`);
  if (note && state !== 'done') parts.push(md`_${cut(note, longestNote)}_`);
  return joined(parts, ' · ');
}
