import type { ClusterSpec, RunRecord } from '../../store/records.ts';
import { type Cluster, deriveCluster } from '../cluster/cluster.ts';
import { findOperation, type Operation, type Operations } from './operation.ts';
import { getStepRecord, type RunState } from './run-state.ts';
import type { Phase, RemovableStep, Step } from './step.ts';

/** A step of a run, to be applied or removed. */
export type PlannedStep<S extends Step = Step> = PlannedApplication<S> | PlannedRemoval<S>;

export interface PlannedApplication<S extends Step = Step> extends PlannedWork {
  readonly direction: 'forward';
  readonly step: S;
}

export interface PlannedRemoval<S extends Step = Step> extends PlannedWork {
  readonly direction: 'backward';
  readonly step: RemovableStep<S>;
}

interface PlannedWork {
  /** Key in the journal: the step's own, prefixed with `remove:` if the run also creates the step again. */
  readonly id: string;
  readonly phase: Phase;
  /** Waits for an approval of what it destroys. */
  readonly isDestructive: boolean;
  /** Changes something, unlike a step that only checks or waits. */
  readonly isMutating: boolean;
  /** Ids of the steps that must be done first. */
  readonly dependsOn: readonly string[];
  /** Chapter in which the step is executed. Only for runs that pause after each chapter. */
  readonly chapter?: number;
}

/** Inputs of a plan besides phases and cluster. */
export interface PlanOptions<S extends Step = Step> {
  readonly operation: Operation<S>;
  /** Delete: wait for an approval before the first removal. */
  readonly requiresApproval?: boolean | undefined;
  /** Rebuild: the first phase that is rebuilt. */
  readonly fromPhase?: string | undefined;
  /** The cluster before the run, with all workers that may exist. */
  readonly previousSpec?: ClusterSpec | undefined;
  /** The spec without the workers that an interrupted scale left. Those may be partly deleted. */
  readonly settledSpec?: ClusterSpec | undefined;
}

/** The plan of a stored run. @returns undefined where this release doesn't know the operation */
export function planRun<S extends Step>(
  phases: readonly Phase<S>[],
  operations: Operations<S>,
  run: Pick<RunRecord, 'operation' | 'spec' | 'requiresApproval' | 'fromPhase' | 'previousSpec' | 'settledSpec'>,
): readonly PlannedStep<S>[] | undefined {
  const operation = findOperation(operations, run.operation);
  return operation && plan(phases, deriveCluster(run.spec), { ...run, operation });
}

/**
 * Plans the steps of an operation. Pure. A backward plan contains only removable steps, and a step waits for all steps that
 * depend on it or use it.
 * @throws Error when a step depends on one that no phase has, or `fromPhase` is unknown
 */
export function plan<S extends Step>(
  phases: readonly Phase<S>[],
  cluster: Cluster,
  run: PlanOptions<S>,
): readonly PlannedStep<S>[] {
  const { phasesBefore = [], phasesAfter = [] } = run.operation;
  const before = planForward(phasesBefore, cluster);
  const steps = waitFor(planDirection(phases, cluster, run), before);
  return [...before, ...steps, ...waitFor(planForward(phasesAfter, cluster), [...before, ...steps])];
}

function planDirection<S extends Step>(
  phases: readonly Phase<S>[],
  cluster: Cluster,
  run: PlanOptions<S>,
): readonly PlannedStep<S>[] {
  const { direction, onlyPhases, acceptsPreviousSpec } = run.operation;
  const forward = planForward(phases, cluster);
  switch (direction) {
    case 'backward':
      return reversePlan(forward.filter((p) => !p.step.removable?.skipOnClusterDelete)).map((p) => ({
        ...p,
        isDestructive: run.requiresApproval === true,
      }));
    case 'both':
      return planRemovalsThenBuild(forward, selectRemovals(phases, run, forward));
    case 'forward': {
      if (acceptsPreviousSpec) return acceptPreviousPlan(forward, planPrevious(phases, run, forward));
      if (!onlyPhases) return forward;
      const selected = forward.filter((p) => onlyPhases.includes(p.phase.name));
      const ids = new Set(selected.map((p) => p.id));
      return selected.map((p) => ({ ...p, dependsOn: p.dependsOn.filter((id) => ids.has(id)) }));
    }
    default:
      return direction satisfies never;
  }
}

function planForward<S extends Step>(phases: readonly Phase<S>[], cluster: Cluster): PlannedApplication<S>[] {
  const planned = phases.flatMap((phase) =>
    phase.steps(cluster).map((step) => ({
      id: step.handle.key,
      step,
      phase,
      direction: 'forward' as const,
      isDestructive: step.destructive !== undefined,
      isMutating: step.apply !== undefined,
      dependsOn: [...new Set(step.dependsOn?.map(({ key }) => key))],
    })),
  );
  const ids = new Set(planned.map(({ id }) => id));
  for (const { id, dependsOn } of planned) {
    const unknownId = dependsOn.find((each) => !ids.has(each));
    if (unknownId) throw new Error(`step "${id}" depends on "${unknownId}", which no phase has`);
  }
  return planned;
}

/** Plan of the cluster before the run, possibly with more workers or another machine type. */
function planPrevious<S extends Step>(
  phases: readonly Phase<S>[],
  { previousSpec }: PlanOptions<S>,
  forward: readonly PlannedApplication<S>[],
): readonly PlannedApplication<S>[] {
  return previousSpec ? planForward(phases, deriveCluster(previousSpec)) : forward;
}

/** A resource that matches either the previous or the new spec has not drifted. */
function acceptPreviousPlan<S extends Step>(
  forward: readonly PlannedApplication<S>[],
  previousPlan: readonly PlannedApplication<S>[],
): PlannedApplication<S>[] {
  return forward.map((p) => {
    const { step } = p;
    const previousStep = previousPlan.find(({ id }) => id === p.id)?.step;
    const detectDrift: Step['detectDrift'] = async (c) => {
      const now = (await step.detectDrift?.(c)) ?? [];
      return now.length > 0 && ((await previousStep?.detectDrift?.(c)) ?? []).length > 0 ? now : [];
    };
    return { ...p, step: { ...step, detectDrift } };
  });
}

/** Steps that the cluster no longer has, and for a rebuild those of the first rebuilt phase and later ones. */
function selectRemovals<S extends Step>(
  phases: readonly Phase<S>[],
  run: PlanOptions<S>,
  forward: readonly PlannedApplication<S>[],
): readonly PlannedApplication<S>[] {
  const previousPlan = planPrevious(phases, run, forward);
  const settledIds = run.settledSpec && new Set(planForward(phases, deriveCluster(run.settledSpec)).map((p) => p.id));
  const keptIds = new Set(forward.map((p) => p.id).filter((id) => !settledIds || settledIds.has(id)));
  const rebuiltIds = new Set(
    run.fromPhase ? selectFromPhase(phases, run.fromPhase, previousPlan).map((p) => p.id) : [],
  );
  const getAncestors = createAncestorLookup(previousPlan);
  /** A node is only drained while the components that it depends on stay. */
  const canRemoveGracefully = ({ id, step }: PlannedApplication<S>) =>
    !step.removable?.skipOnClusterDelete ||
    ![...getAncestors(id)].some((each) => rebuiltIds.has(each) && keptIds.has(each));
  return previousPlan.filter((p) => rebuiltIds.has(p.id) || (!keptIds.has(p.id) && canRemoveGracefully(p)));
}

/** The steps of a phase and of all later phases. */
function selectFromPhase<S extends Step>(
  phases: readonly Phase<S>[],
  fromPhase: string,
  forward: readonly PlannedApplication<S>[],
): PlannedApplication<S>[] {
  const first = phases.findIndex((phase) => phase.name === fromPhase);
  if (first < 0) throw new Error(`there is no phase "${fromPhase}" to rebuild from`);
  const laterPhases = new Set<Phase>(phases.slice(first));
  return forward.filter((p) => laterPhases.has(p.phase) && !p.step.removable?.skipOnClusterDelete);
}

/** Every forward step waits for all removals. */
function planRemovalsThenBuild<S extends Step>(
  forward: readonly PlannedApplication<S>[],
  removedSteps: readonly PlannedApplication<S>[],
): PlannedStep<S>[] {
  const removals = reversePlan(removedSteps).map((p) => ({
    ...p,
    id: `remove:${p.id}`,
    isDestructive: true,
    dependsOn: p.dependsOn.map((id) => `remove:${id}`),
  }));
  return [...removals, ...waitFor(forward, removals)];
}

/** Pure: whether a run has begun to change its cluster. Without a plan, any step may have. */
export function hasChangedCluster(
  planned: readonly Pick<PlannedStep, 'id' | 'isMutating'>[],
  state: RunState,
): boolean {
  if (planned.length === 0) return [...state.steps.values()].some((step) => step.hasBegun);
  return planned.some((p) => p.isMutating && getStepRecord(state, p.id).hasBegun);
}

function waitFor<S extends Step>(steps: readonly PlannedStep<S>[], earlier: readonly PlannedStep[]): PlannedStep<S>[] {
  const ids = earlier.map((p) => p.id);
  return steps.map((p) => ({ ...p, dependsOn: [...ids, ...p.dependsOn] }));
}

function reversePlan<S extends Step>(forward: readonly PlannedApplication<S>[]): PlannedRemoval<S>[] {
  const getAncestors = createAncestorLookup(
    forward.map((p) => ({
      ...p,
      dependsOn: [...p.dependsOn, ...(p.step.removable?.uses ?? []).map(({ key }) => key)],
    })),
  );
  const candidates = forward.flatMap(({ step, ...p }) => (isRemovable(step) ? [{ ...p, step }] : []));
  const candidateIds = new Set(candidates.map((p) => p.id));
  const removed = candidates.filter(({ step: { removable } }) => !candidateIds.has(removable.containedIn?.key ?? ''));
  const reversed = removed.toReversed().map((p) => ({
    ...p,
    direction: 'backward' as const,
    isMutating: true,
    dependsOn: removed.filter((later) => getAncestors(later.id).has(p.id)).map((later) => later.id),
  }));
  return sortByDependency(reversed);
}

/** Keeps the order where dependencies allow it. */
function sortByDependency<P extends PlannedStep>(steps: readonly P[]): P[] {
  const byId = new Map(steps.map((p) => [p.id, p]));
  const sorted = new Set<P>();
  function add(p: P): void {
    for (const id of p.dependsOn) {
      const earlier = byId.get(id);
      if (earlier && !sorted.has(earlier)) add(earlier);
    }
    sorted.add(p);
  }
  for (const p of steps) add(p);
  return [...sorted];
}

function isRemovable<S extends Step>(step: S): step is RemovableStep<S> {
  return step.removable !== undefined;
}

/** All direct and indirect dependencies of a step. */
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
