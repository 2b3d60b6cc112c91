import type { ClusterSpec } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { findOperation, type Operations } from './operation.ts';
import { foldEvents } from './run-state.ts';

/**
 * The cluster before a run changes it. Workers that an interrupted scale left count as existing, with `rollbackSpec` as
 * the spec without them. @param runs ids, oldest first
 */
export async function getPreviousSpec(
  store: Store,
  operations: Operations,
  spec: ClusterSpec,
  runs: readonly string[],
): Promise<{ readonly previousSpec: ClusterSpec; readonly rollbackSpec?: ClusterSpec }> {
  const workers = await countPossibleWorkers(store, operations, spec, runs);
  return workers > spec.workers ? { previousSpec: { ...spec, workers }, rollbackSpec: spec } : { previousSpec: spec };
}

async function countPossibleWorkers(
  store: Store,
  operations: Operations,
  spec: ClusterSpec,
  runs: readonly string[],
): Promise<number> {
  let maxWorkers = spec.workers;
  for (const id of runs.toReversed()) {
    const run = (await store.read('run', id))?.value;
    const operation = run && findOperation(operations, run.operation);
    if (!run || !operation?.setsWorkerCount) continue;
    const succeeded = foldEvents(await store.readEvents(id)).outcome === 'succeeded';
    if (succeeded) return operation.direction === 'backward' ? maxWorkers : Math.max(maxWorkers, run.spec.workers);
    maxWorkers = Math.max(maxWorkers, run.spec.workers, run.previousSpec?.workers ?? 0);
  }
  return maxWorkers;
}
