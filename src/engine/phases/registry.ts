import type { ClusterPhase } from '../steps/cluster-step.ts';
import * as phaseModules from './index.ts';

type NameOf<P> = P extends ClusterPhase<infer N, string> ? N : never;
type DependencyOf<P> = P extends ClusterPhase<string, infer A> ? A : never;
type UnknownDependency<L> = Exclude<DependencyOf<L[keyof L]>, NameOf<L[keyof L]>>;
type OrderedPhases<L> = ClusterPhase<NameOf<L[keyof L]>, DependencyOf<L[keyof L]>>[];

/**
 * Phases in an order that respects `after`, by chapter where it is free. A name in `after` that no phase has is a
 * compile error that shows the name.
 * @throws Error when phases wait for each other: names them.
 */
export function sortPhases<L extends Record<string, ClusterPhase>>(
  list: [UnknownDependency<L>] extends [never] ? L : L & { 'unknown phase in after': UnknownDependency<L> },
): OrderedPhases<L> {
  // Within a chapter by name: a module's exports come in the order of their identifiers, which may change.
  const byChapter = (a: ClusterPhase, b: ClusterPhase) => a.chapter - b.chapter || (a.name < b.name ? -1 : 1);
  const remaining = (Object.values(list) as OrderedPhases<L>).sort(byChapter);
  const sorted: OrderedPhases<L> = [];
  while (remaining.length > 0) {
    const i = remaining.findIndex((p) => p.dependsOn.every((name) => sorted.some((o) => (o.name as string) === name)));
    if (i < 0) throw new Error(`phases wait for each other: ${remaining.map((p) => p.name).join(', ')}`);
    sorted.push(...remaining.splice(i, 1));
  }
  return sorted;
}

/** Every phase of a cluster, in the order of the tutorial. */
export const phases: readonly ClusterPhase[] = sortPhases(phaseModules);
export type PhaseName = NameOf<(typeof phaseModules)[keyof typeof phaseModules]>;
