import type { ClusterSpec } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { findOperation, type Operations } from './operation.ts';
import { hasChangedCluster, planRun } from './plan.ts';
import { foldEvents } from './run-state.ts';
import type { Phase } from './step.ts';

interface PreviousSpecDeps {
  readonly store: Store;
  readonly phases: readonly Phase[];
  readonly operations: Operations;
}

/**
 * The cluster before a run changes it. Workers that an interrupted scale left count as existing, with `settledSpec` as the
 * spec without them. @param runs ids, oldest first
 */
export async function getPreviousSpec(
  deps: PreviousSpecDeps,
  spec: ClusterSpec,
  runs: readonly string[],
): Promise<{ readonly previousSpec: ClusterSpec; readonly settledSpec?: ClusterSpec }> {
  const workers = await countPossibleWorkers(deps, spec, runs);
  return workers > spec.workers ? { previousSpec: { ...spec, workers }, settledSpec: spec } : { previousSpec: spec };
}

async function countPossibleWorkers(
  { store, phases, operations }: PreviousSpecDeps,
  spec: ClusterSpec,
  runs: readonly string[],
): Promise<number> {
  let maxWorkers = spec.workers;
  for (const id of runs.toReversed()) {
    const run = (await store.read('run', id))?.value;
    const operation = run && findOperation(operations, run.operation);
    if (!run || !operation?.setsWorkerCount) continue;
    const state = foldEvents(await store.readEvents(id));
    if (state.outcome === 'succeeded')
      return operation.direction === 'backward' ? maxWorkers : Math.max(maxWorkers, run.spec.workers);
    // A rejected request left nothing. An open run may still create workers.
    if (!run.open && !hasChangedCluster(planRun(phases, operations, run) ?? [], state)) continue;
    maxWorkers = Math.max(maxWorkers, run.spec.workers, run.previousSpec?.workers ?? 0);
  }
  return maxWorkers;
}
