import type { ShellCommand } from '../manual/format-command.ts';
import type { Explained, Phase, Step } from '../workflow/step.ts';
import type { ManualContext, StepContext } from './step-context.ts';

/** A step of a phase of the tutorial. */
export interface ClusterStep extends Step<StepContext> {
  readonly explained?: ExplainedClusterStep;
}

interface ExplainedClusterStep extends Explained<StepContext> {
  /** Manual alternative, rendered from the values that the step works with. Empty: no commands. */
  manualCommands?(
    c: ManualContext,
    direction: 'forward' | 'backward',
  ): Promise<readonly ManualCommand[]> | readonly ManualCommand[];
}

/** A string is a script that is not run on an instance. */
export type ManualCommand = ShellCommand | string;

export type ClusterPhase = Phase<ClusterStep>;

/** Checks a phase against the concrete step context, so that phase files need no type parameters. */
export function definePhase(phase: ClusterPhase): ClusterPhase {
  return phase;
}
