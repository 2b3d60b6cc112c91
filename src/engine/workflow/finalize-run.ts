import type { ClusterRecord, Kind, RecordOf, RunRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { StaleVersion } from '../../store/store-errors.ts';
import type { RunState } from './run-state.ts';

type Over = NonNullable<RunState['over']>;
type ClusterState = ClusterRecord['state'];

/** What the end of a run makes of its cluster. A smoke test or a scaling that stopped leaves a cluster that works. */
function stateAfter(operation: string, over: Over, now: ClusterState, begun: boolean): ClusterState {
  switch (operation) {
    case 'create':
      return over === 'succeeded' ? 'ready' : over;
    case 'rebuild':
      if (over === 'succeeded') return 'ready';
      return begun ? over : now;
    case 'delete':
      return over === 'succeeded' ? 'deleted' : over;
    default:
      return now;
  }
}

/** Writes what a finished run means for its cluster, then closes the run. Can be repeated after a crash in between. */
export async function settleRun(store: Store, id: string, run: RunRecord, state: RunState): Promise<void> {
  const over = state.over;
  if (!over) return;
  const begun = state.steps.size > 0;
  await change(store, 'cluster', run.cluster, (cluster): ClusterRecord => {
    const { holding, ...rest } = cluster;
    const after = stateAfter(run.operation, over, cluster.state, begun);
    // Refused, expired or cancelled before anything was done: the cluster is what it was.
    const was = run.was ?? run.before;
    const spec = was && !begun ? was : cluster.spec;
    const facts = after === 'deleted' ? {} : { ...cluster.facts, ...Object.fromEntries(state.facts) };
    // Whoever took the cluster over in the meantime keeps it.
    return holding === undefined || holding === id ? { ...rest, spec, state: after, facts } : { ...cluster, facts };
  });
  await change(store, 'run', id, (record) => ({ ...record, open: false }));
  // Somebody may have resumed it between the two writes; then it is open after all.
  const resumed = (await store.read('cluster', run.cluster))?.value.holding === id;
  if (resumed) await change(store, 'run', id, (record) => ({ ...record, open: true }));
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
