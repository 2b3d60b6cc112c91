import type { ClusterSpec } from '../../store/records.ts';
import { type Cluster, clusterOf } from '../cluster/cluster.ts';
import { resizePhase } from '../phases/resize-instances.ts';
import { gonePhase } from '../phases/verify-deleted.ts';
import { type OperationName, operations } from './operations.ts';
import type { Phase, Step } from './step.ts';

export interface PlannedStep {
  /** The journal's key: the step's own, with `remove:` before it where a run also builds it again. */
  readonly id: string;
  readonly step: Step;
  readonly phase: Phase;
  readonly walks: 'forward' | 'backward';
  /** Waits for a person who approves what it takes away. */
  readonly destroys: boolean;
  /** Ids of the steps that must be done first. */
  readonly after: readonly string[];
  /** Where there is a pause after every chapter: the one that it is done in. */
  readonly chapter?: number;
}

/** What of a run decides its plan. */
export interface Planning {
  readonly operation: OperationName;
  /** Rebuild: the phase it starts over from. */
  readonly from?: string | undefined;
  /** Scale and rebuild: the cluster as it was, with all workers that may be there. */
  readonly before?: ClusterSpec | undefined;
  /** The same as it was asked for last, where a scaling that stopped left more: those are half gone. */
  readonly was?: ClusterSpec | undefined;
}

/**
 * What an operation will do to a cluster, step by step. Pure: no cloud, no store. Backwards, only what can be removed
 * is planned, and a step waits for all that was built on it.
 * @throws Error when a step waits for one that no phase has, or there is no such phase to start over from.
 */
export function plan(phases: readonly Phase[], cluster: Cluster, run: Planning): readonly PlannedStep[] {
  const { walks, only } = operations[run.operation];
  const forward = walkForward(phases, cluster);
  switch (walks) {
    case 'backward':
      return proven(turnedAround(forward.filter((p) => !p.step.leaves)), cluster);
    case 'both':
      return takenDownFirst(forward, goesFirst(phases, run, forward));
    case 'restarted': {
      const restarts = walkForward([resizePhase], cluster);
      const ids = restarts.map((p) => p.id);
      const was = asItWas(phases, run, forward);
      return [...restarts, ...forward.map((p) => ({ ...p, step: eitherWay(p, was), after: [...ids, ...p.after] }))];
    }
    case 'forward': {
      if (!only) return forward;
      const wanted = forward.filter((p) => (only as readonly string[]).includes(p.phase.name));
      const ids = new Set(wanted.map((p) => p.id));
      return wanted.map((p) => ({ ...p, after: p.after.filter((id) => ids.has(id)) }));
    }
    default:
      return walks satisfies never;
  }
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
      return { id: step.key, step, phase, walks: 'forward', destroys: step.asks ?? false, after };
    }),
  );
}

/** What is taken down is what the cluster was: it may have been of another machine type, or have had more workers. */
function asItWas(
  phases: readonly Phase[],
  { before }: Planning,
  forward: readonly PlannedStep[],
): readonly PlannedStep[] {
  return before ? walkForward(phases, clusterOf(before)) : forward;
}

/** A machine that is still what it was, or already what it is to be, does not differ. */
function eitherWay({ id, step }: PlannedStep, was: readonly PlannedStep[]): Step {
  const before = was.find((p) => p.id === id)?.step;
  return {
    ...step,
    async differs(c) {
      const now = (await step.differs?.(c)) ?? [];
      return now.length > 0 && ((await before?.differs?.(c)) ?? []).length > 0 ? now : [];
    },
  };
}

/** What is taken down: the steps that the cluster is to have no more, and where a phase is started over from, its and later ones. */
function goesFirst(phases: readonly Phase[], run: Planning, forward: readonly PlannedStep[]): readonly PlannedStep[] {
  const was = asItWas(phases, run, forward);
  const whole = run.was && new Set(walkForward(phases, clusterOf(run.was)).map((p) => p.id));
  const kept = new Set(forward.map((p) => p.id).filter((id) => !whole || whole.has(id)));
  const over = new Set(run.from ? startingAt(phases, run.from, was).map((p) => p.id) : []);
  const ancestorsOf = ancestry(was);
  /** A node leaves in good order only where what serves it stays. */
  const canLeave = ({ id, step }: PlannedStep) =>
    !step.leaves || ![...ancestorsOf(id)].some((each) => over.has(each) && kept.has(each));
  return was.filter((p) => over.has(p.id) || (!kept.has(p.id) && canLeave(p)));
}

/** The steps of a phase and of all that come after it in the tutorial. */
function startingAt(phases: readonly Phase[], from: string, forward: readonly PlannedStep[]): PlannedStep[] {
  const first = phases.findIndex((phase) => phase.name === from);
  if (first < 0) throw new Error(`there is no phase "${from}" to start over from`);
  const later = new Set(phases.slice(first));
  return forward.filter((p) => later.has(p.phase) && !p.step.leaves);
}

/** Takes down, then walks forward; what is built again waits until all that goes is gone. */
function takenDownFirst(forward: readonly PlannedStep[], goes: readonly PlannedStep[]): PlannedStep[] {
  const down = turnedAround(goes).map((p) => ({
    ...p,
    id: `remove:${p.id}`,
    destroys: true,
    after: p.after.map((id) => `remove:${id}`),
  }));
  const removals = down.map((p) => p.id);
  return [...down, ...forward.map((p) => ({ ...p, after: [...removals, ...p.after] }))];
}

/** Delete: once all is taken down, that nothing is left. */
function proven(down: readonly PlannedStep[], cluster: Cluster): readonly PlannedStep[] {
  const ids = down.map((p) => p.id);
  return [...down, ...walkForward([gonePhase], cluster).map((p) => ({ ...p, after: ids }))];
}

function turnedAround(forward: readonly PlannedStep[]): PlannedStep[] {
  const ancestorsOf = ancestry(forward);
  const canGo = forward.filter((p) => p.step.remove !== undefined);
  const going = new Set(canGo.map((p) => p.id));
  const removable = canGo.filter((p) => p.step.within === undefined || !going.has(p.step.within));
  return removable.toReversed().map((p) => ({
    ...p,
    walks: 'backward',
    after: removable.filter((later) => ancestorsOf(later.id).has(p.id)).map((later) => later.id),
  }));
}

/** Everything that a step is built on, directly or not. */
function ancestry(planned: readonly PlannedStep[]): (id: string) => ReadonlySet<string> {
  const byKey = new Map(planned.map((p) => [p.id, p]));
  const known = new Map<string, ReadonlySet<string>>();
  function ancestorsOf(id: string): ReadonlySet<string> {
    const before = known.get(id);
    if (before) return before;
    const found = new Set((byKey.get(id)?.after ?? []).flatMap((each) => [each, ...ancestorsOf(each)]));
    known.set(id, found);
    return found;
  }
  return ancestorsOf;
}
