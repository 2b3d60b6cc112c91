import type { Kind, RecordOf, RunRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { StaleVersion } from '../store/store-errors.ts';
import type { RunState } from './run.ts';

const stateAfter = {
  create: { succeeded: 'ready', failed: 'failed', cancelled: 'cancelled' },
  delete: { succeeded: 'deleted', failed: 'failed', cancelled: 'cancelled' },
} as const;

/** Writes what a finished run means for its cluster, then closes the run. Can be repeated after a crash in between. */
export async function settleRun(store: Store, id: string, run: RunRecord, state: RunState): Promise<void> {
  const over = state.over;
  if (!over) return;
  await change(store, 'cluster', run.cluster, (cluster) => {
    const { holding, ...rest } = cluster;
    const after =
      run.operation === 'create' || run.operation === 'delete' ? stateAfter[run.operation][over] : cluster.state;
    const facts = after === 'deleted' ? {} : { ...cluster.facts, ...Object.fromEntries(state.facts) };
    // Whoever took the cluster over in the meantime keeps it.
    return holding === undefined || holding === id ? { ...rest, state: after, facts } : { ...cluster, facts };
  });
  await change(store, 'run', id, (record) => ({ ...record, open: false }));
}

/** Reads, changes and writes a record, again when somebody wrote in between. Absent: nothing. */
export async function change<K extends Kind>(
  store: Store,
  kind: K,
  id: string,
  to: (value: RecordOf<K>) => RecordOf<K>,
): Promise<void> {
  for (;;) {
    const found = await store.read(kind, id);
    if (!found) return;
    try {
      await store.write(kind, id, to(found.value), found.version);
      return;
    } catch (error) {
      if (!(error instanceof StaleVersion)) throw error;
    }
  }
}
