import type { ClusterPhase } from './cluster-step.ts';

/** Keeps the literal name and dependencies, so that the compiler checks the registry. */
export function definePhase<const N extends string, const A extends string = never>(
  phase: ClusterPhase<N, A>,
): ClusterPhase<N, A> {
  return phase;
}
