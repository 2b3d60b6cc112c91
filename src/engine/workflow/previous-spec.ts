import type { ClusterSpec } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { foldEvents } from './run-state.ts';

/** Runs whose good end says how many workers there are. */
const workerChangingOperations: readonly string[] = ['create', 'rebuild', 'scale', 'delete'];

/**
 * A cluster as it is before a run changes it. What a scaling that stopped on its way left is there too, though the cluster
 * is to have it no more. @param runs oldest first
 */
export async function getPreviousSpec(
  store: Store,
  spec: ClusterSpec,
  runs: readonly string[],
): Promise<{ readonly previousSpec: ClusterSpec; readonly rollbackSpec?: ClusterSpec }> {
  const workers = await countPossibleWorkers(store, spec, runs);
  return workers > spec.workers ? { previousSpec: { ...spec, workers }, rollbackSpec: spec } : { previousSpec: spec };
}

async function countPossibleWorkers(store: Store, spec: ClusterSpec, runs: readonly string[]): Promise<number> {
  let maxWorkers = spec.workers;
  for (const id of runs.toReversed()) {
    const run = (await store.read('run', id))?.value;
    if (!run || !workerChangingOperations.includes(run.operation)) continue;
    const succeeded = foldEvents(await store.readEvents(id)).outcome === 'succeeded';
    if (succeeded) return run.operation === 'delete' ? maxWorkers : Math.max(maxWorkers, run.spec.workers);
    maxWorkers = Math.max(maxWorkers, run.spec.workers, run.previousSpec?.workers ?? 0);
  }
  return maxWorkers;
}
