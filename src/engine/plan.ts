import type { Cluster } from './cluster.ts';
import { type OperationName, operations } from './operations.ts';
import type { Phase, Step } from './phase.ts';

export interface PlannedStep {
  readonly step: Step;
  readonly phase: Phase;
  /** Keys of the steps that must be done first. */
  readonly after: readonly string[];
}

/**
 * What an operation will do to a cluster, step by step. Pure: no cloud, no store. Backwards, only what can be removed
 * is planned, and a step waits for all that was built on it.
 * @throws Error when a step waits for one that no phase has.
 */
export function plan(phases: readonly Phase[], cluster: Cluster, operation: OperationName): readonly PlannedStep[] {
  const { walks, only } = operations[operation];
  const forward = walkForward(phases, cluster);
  if (walks === 'backward') return turnedAround(forward);
  if (!only) return forward;
  const wanted = forward.filter((p) => (only as readonly string[]).includes(p.phase.name));
  const keys = new Set(wanted.map((p) => p.step.key));
  return wanted.map((p) => ({ ...p, after: p.after.filter((key) => keys.has(key)) }));
}

function walkForward(phases: readonly Phase[], cluster: Cluster): PlannedStep[] {
  const steps = new Map(phases.map((phase) => [phase.name, phase.steps(cluster)]));
  const all = new Set([...steps.values()].flat().map((step) => step.key));
  // A phase without steps (no workers, say) is looked through: what waits for it waits for what it waits for.
  function keysOf(name: string): readonly string[] {
    const own = steps.get(name) ?? [];
    const phase = phases.find((p) => p.name === name);
    return own.length > 0 ? own.map((s) => s.key) : (phase?.after ?? []).flatMap(keysOf);
  }
  return phases.flatMap((phase) =>
    (steps.get(phase.name) ?? []).map((step) => {
      const after = [...new Set(step.after ?? phase.after.flatMap(keysOf))];
      const lost = after.find((key) => !all.has(key));
      if (lost) throw new Error(`step "${step.key}" waits for "${lost}", which no phase has`);
      return { step, phase, after };
    }),
  );
}

function turnedAround(forward: readonly PlannedStep[]): PlannedStep[] {
  const byKey = new Map(forward.map((p) => [p.step.key, p]));
  const ancestors = new Map<string, ReadonlySet<string>>();
  function ancestorsOf(key: string): ReadonlySet<string> {
    const known = ancestors.get(key);
    if (known) return known;
    const own = (byKey.get(key)?.after ?? []).flatMap((k) => [k, ...ancestorsOf(k)]);
    const found = new Set(own);
    ancestors.set(key, found);
    return found;
  }
  const removable = forward.filter((p) => p.step.remove !== undefined);
  return removable.toReversed().map((p) => ({
    ...p,
    after: removable.filter((later) => ancestorsOf(later.step.key).has(p.step.key)).map((later) => later.step.key),
  }));
}
