import type { ShellCommand } from '../manual/shell-command.ts';
import type { Phase, Step } from '../workflow/step.ts';
import type { ManualContext, StepContext } from './step-context.ts';

/** A step of the tutorial. */
export interface ClusterStep extends Step<StepContext> {
  /** The commands that a person would type instead, rendered from the same values. Empty: there is nothing to type. */
  manualCommands?(
    c: ManualContext,
    direction: 'forward' | 'backward',
  ): Promise<readonly ShellCommand[]> | readonly ShellCommand[];
}

export type ClusterPhase = Phase<ClusterStep>;
