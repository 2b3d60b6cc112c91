import type { Button } from '@slack/types';
import { block } from './blocks.ts';

export const hardWayButtonId = 'hardWay.show';

/** Under what a phase made: what a person would have typed for it. */
export function hardWayButton(run: string, phase: string): Button {
  return block.button(hardWayButtonId, 'Show the hard way', { run, phase });
}
