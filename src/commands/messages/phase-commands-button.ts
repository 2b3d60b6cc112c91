import type { Button } from '@slack/types';
import { block } from './blocks.ts';

export const phaseCommandsButtonId = 'phaseCommands.show';

/** Opens the equivalent manual commands of a phase. */
export function buildPhaseCommandsButton(run: string, phase: string): Button {
  return block.button(phaseCommandsButtonId, 'Show manual steps', { run, phase });
}
