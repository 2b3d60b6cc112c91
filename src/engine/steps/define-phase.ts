import type { ClusterPhase } from './cluster-step.ts';

/** Checks a phase against the concrete step context, so that phase files need no type parameters. */
export function definePhase(phase: ClusterPhase): ClusterPhase {
  return phase;
}
