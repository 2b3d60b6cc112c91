import type { ClusterSpec } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { folded } from './run-state.ts';

/** Runs whose good end says how many workers there are. */
const settles: readonly string[] = ['create', 'rebuild', 'scale', 'delete'];

/**
 * A cluster as it is before a run changes it. What a scaling that stopped on its way left is there too, though the cluster
 * is to have it no more. @param runs oldest first
 */
export async function beforeOf(
  store: Store,
  spec: ClusterSpec,
  runs: readonly string[],
): Promise<{ readonly before: ClusterSpec; readonly was?: ClusterSpec }> {
  const workers = await workersThatMayBe(store, spec, runs);
  return workers > spec.workers ? { before: { ...spec, workers }, was: spec } : { before: spec };
}

async function workersThatMayBe(store: Store, spec: ClusterSpec, runs: readonly string[]): Promise<number> {
  let most = spec.workers;
  for (const id of runs.toReversed()) {
    const run = (await store.read('run', id))?.value;
    if (!run || !settles.includes(run.operation)) continue;
    const succeeded = folded(await store.events(id)).over === 'succeeded';
    if (succeeded) return run.operation === 'delete' ? most : Math.max(most, run.spec.workers);
    most = Math.max(most, run.spec.workers, run.before?.workers ?? 0);
  }
  return most;
}
