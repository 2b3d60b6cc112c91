import type { Button } from '@slack/types';
import { block } from './blocks.ts';

export const phaseCommandsButtonId = 'phaseCommands.show';

/** Under what a phase made: what a person would have typed for it. */
export function buildPhaseCommandsButton(run: string, phase: string): Button {
  return block.button(phaseCommandsButtonId, 'Show the hard way', { run, phase });
}
