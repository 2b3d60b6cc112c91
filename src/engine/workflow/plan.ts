import type { ClusterSpec } from '../../store/records.ts';
import { type Cluster, deriveCluster } from '../cluster/cluster.ts';
import { resizePhase } from '../phases/resize-instances.ts';
import { verifyDeletedPhase } from '../phases/verify-deleted.ts';
import { type OperationName, operations } from './operations.ts';
import type { Phase, Step } from './step.ts';

export interface PlannedStep {
  /** The journal's key: the step's own, with `remove:` before it where a run also builds it again. */
  readonly id: string;
  readonly step: Step;
  readonly phase: Phase;
  readonly direction: 'forward' | 'backward';
  /** Waits for a person who approves what it takes away. */
  readonly isDestructive: boolean;
  /** Ids of the steps that must be done first. */
  readonly dependsOn: readonly string[];
  /** Where there is a pause after every chapter: the one that it is done in. */
  readonly chapter?: number;
}

/** What of a run decides its plan. */
export interface PlanOptions {
  readonly operation: OperationName;
  /** Rebuild: the phase it starts over from. */
  readonly fromPhase?: string | undefined;
  /** Scale and rebuild: the cluster as it was, with all workers that may be there. */
  readonly previousSpec?: ClusterSpec | undefined;
  /** The same as it was asked for last, where a scaling that stopped left more: those are half gone. */
  readonly rollbackSpec?: ClusterSpec | undefined;
}

/**
 * What an operation will do to a cluster, step by step. Pure: no cloud, no store. Backwards, only what can be removed
 * is planned, and a step waits for all that was built on it.
 * @throws Error when a step waits for one that no phase has, or there is no such phase to start over from.
 */
export function plan(phases: readonly Phase[], cluster: Cluster, run: PlanOptions): readonly PlannedStep[] {
  const { direction, onlyPhases } = operations[run.operation];
  const forward = planForward(phases, cluster);
  switch (direction) {
    case 'backward':
      return appendDeletionCheck(reversePlan(forward.filter((p) => !p.step.skipOnClusterDelete)), cluster);
    case 'both':
      return planRemovalsThenBuild(forward, selectRemovals(phases, run, forward));
    case 'restarted': {
      const restartSteps = planForward([resizePhase], cluster);
      const ids = restartSteps.map((p) => p.id);
      const previousPlan = getPreviousPlan(phases, run, forward);
      return [
        ...restartSteps,
        ...forward.map((p) => ({ ...p, step: acceptOldOrNew(p, previousPlan), dependsOn: [...ids, ...p.dependsOn] })),
      ];
    }
    case 'forward': {
      if (!onlyPhases) return forward;
      const selected = forward.filter((p) => (onlyPhases as readonly string[]).includes(p.phase.name));
      const ids = new Set(selected.map((p) => p.id));
      return selected.map((p) => ({ ...p, dependsOn: p.dependsOn.filter((id) => ids.has(id)) }));
    }
    default:
      return direction satisfies never;
  }
}

function planForward(phases: readonly Phase[], cluster: Cluster): PlannedStep[] {
  const steps = new Map(phases.map((phase) => [phase.name, phase.steps(cluster)]));
  const all = new Set([...steps.values()].flat().map((step) => step.key));
  // A phase without steps (no workers, say) is looked through: what waits for it waits for what it waits for.
  function getStepKeys(name: string): readonly string[] {
    const own = steps.get(name) ?? [];
    const phase = phases.find((p) => p.name === name);
    return own.length > 0 ? own.map((s) => s.key) : (phase?.dependsOn ?? []).flatMap(getStepKeys);
  }
  return phases.flatMap((phase) =>
    (steps.get(phase.name) ?? []).map((step) => {
      const dependsOn = [...new Set(step.dependsOn ?? phase.dependsOn.flatMap(getStepKeys))];
      const unknownKey = dependsOn.find((key) => !all.has(key));
      if (unknownKey) throw new Error(`step "${step.key}" waits for "${unknownKey}", which no phase has`);
      return {
        id: step.key,
        step,
        phase,
        direction: 'forward',
        isDestructive: step.requiresApproval ?? false,
        dependsOn,
      };
    }),
  );
}

/** What is taken down is what the cluster was: it may have been of another machine type, or have had more workers. */
function getPreviousPlan(
  phases: readonly Phase[],
  { previousSpec }: PlanOptions,
  forward: readonly PlannedStep[],
): readonly PlannedStep[] {
  return previousSpec ? planForward(phases, deriveCluster(previousSpec)) : forward;
}

/** A machine that is still what it was, or already what it is to be, does not differ. */
function acceptOldOrNew({ id, step }: PlannedStep, previousPlan: readonly PlannedStep[]): Step {
  const previousStep = previousPlan.find((p) => p.id === id)?.step;
  return {
    ...step,
    async detectDrift(c) {
      const now = (await step.detectDrift?.(c)) ?? [];
      return now.length > 0 && ((await previousStep?.detectDrift?.(c)) ?? []).length > 0 ? now : [];
    },
  };
}

/** What is taken down: the steps that the cluster is to have no more, and where a phase is started over from, its and later ones. */
function selectRemovals(
  phases: readonly Phase[],
  run: PlanOptions,
  forward: readonly PlannedStep[],
): readonly PlannedStep[] {
  const previousPlan = getPreviousPlan(phases, run, forward);
  const rollbackIds =
    run.rollbackSpec && new Set(planForward(phases, deriveCluster(run.rollbackSpec)).map((p) => p.id));
  const keptIds = new Set(forward.map((p) => p.id).filter((id) => !rollbackIds || rollbackIds.has(id)));
  const rebuiltIds = new Set(
    run.fromPhase ? selectFromPhase(phases, run.fromPhase, previousPlan).map((p) => p.id) : [],
  );
  const getAncestors = createAncestorLookup(previousPlan);
  /** A node leaves in good order only where what serves it stays. */
  const canRemoveGracefully = ({ id, step }: PlannedStep) =>
    !step.skipOnClusterDelete || ![...getAncestors(id)].some((each) => rebuiltIds.has(each) && keptIds.has(each));
  return previousPlan.filter((p) => rebuiltIds.has(p.id) || (!keptIds.has(p.id) && canRemoveGracefully(p)));
}

/** The steps of a phase and of all that come after it in the tutorial. */
function selectFromPhase(phases: readonly Phase[], fromPhase: string, forward: readonly PlannedStep[]): PlannedStep[] {
  const first = phases.findIndex((phase) => phase.name === fromPhase);
  if (first < 0) throw new Error(`there is no phase "${fromPhase}" to start over from`);
  const laterPhases = new Set(phases.slice(first));
  return forward.filter((p) => laterPhases.has(p.phase) && !p.step.skipOnClusterDelete);
}

/** Takes down, then walks forward; what is built again waits until all that goes is gone. */
function planRemovalsThenBuild(forward: readonly PlannedStep[], removedSteps: readonly PlannedStep[]): PlannedStep[] {
  const removals = reversePlan(removedSteps).map((p) => ({
    ...p,
    id: `remove:${p.id}`,
    isDestructive: true,
    dependsOn: p.dependsOn.map((id) => `remove:${id}`),
  }));
  const removalIds = removals.map((p) => p.id);
  return [...removals, ...forward.map((p) => ({ ...p, dependsOn: [...removalIds, ...p.dependsOn] }))];
}

/** Delete: once all is taken down, that nothing is left. */
function appendDeletionCheck(removals: readonly PlannedStep[], cluster: Cluster): readonly PlannedStep[] {
  const ids = removals.map((p) => p.id);
  return [...removals, ...planForward([verifyDeletedPhase], cluster).map((p) => ({ ...p, dependsOn: ids }))];
}

function reversePlan(forward: readonly PlannedStep[]): PlannedStep[] {
  const getAncestors = createAncestorLookup(forward);
  const candidates = forward.filter((p) => p.step.remove !== undefined);
  const candidateIds = new Set(candidates.map((p) => p.id));
  const removable = candidates.filter((p) => p.step.containedIn === undefined || !candidateIds.has(p.step.containedIn));
  return removable.toReversed().map((p) => ({
    ...p,
    direction: 'backward',
    dependsOn: removable.filter((later) => getAncestors(later.id).has(p.id)).map((later) => later.id),
  }));
}

/** Everything that a step is built on, directly or not. */
function createAncestorLookup(planned: readonly PlannedStep[]): (id: string) => ReadonlySet<string> {
  const byKey = new Map(planned.map((p) => [p.id, p]));
  const cache = new Map<string, ReadonlySet<string>>();
  function getAncestors(id: string): ReadonlySet<string> {
    const cached = cache.get(id);
    if (cached) return cached;
    const ancestors = new Set((byKey.get(id)?.dependsOn ?? []).flatMap((each) => [each, ...getAncestors(each)]));
    cache.set(id, ancestors);
    return ancestors;
  }
  return getAncestors;
}
