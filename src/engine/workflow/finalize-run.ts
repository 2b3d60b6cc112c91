import { StaleVersion } from '../../store/errors/stale-version.ts';
import type { ClusterRecord, RecordKind, RecordValue, RunRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { RunState } from './run-state.ts';

type RunOutcome = NonNullable<RunState['outcome']>;
type ClusterState = ClusterRecord['state'];

/** What the end of a run makes of its cluster. A smoke test or a scaling that stopped leaves a cluster that works. */
function getClusterStateAfter(
  operation: string,
  outcome: RunOutcome,
  currentState: ClusterState,
  hasBegun: boolean,
): ClusterState {
  switch (operation) {
    case 'create':
      return outcome === 'succeeded' ? 'ready' : outcome;
    case 'rebuild':
      if (outcome === 'succeeded') return 'ready';
      return hasBegun ? outcome : currentState;
    case 'delete':
      return outcome === 'succeeded' ? 'deleted' : outcome;
    default:
      return currentState;
  }
}

/** Writes what a finished run means for its cluster, then closes the run. Can be repeated after a crash in between. */
export async function finalizeRun(store: Store, id: string, run: RunRecord, state: RunState): Promise<void> {
  const outcome = state.outcome;
  if (!outcome) return;
  const hasBegun = state.steps.size > 0;
  await updateRecord(store, 'cluster', run.cluster, (cluster): ClusterRecord => {
    const { activeRun, ...rest } = cluster;
    const newState = getClusterStateAfter(run.operation, outcome, cluster.state, hasBegun);
    // Refused, expired or cancelled before anything was done: the cluster is what it was.
    const rollbackSpec = run.rollbackSpec ?? run.previousSpec;
    const spec = rollbackSpec && !hasBegun ? rollbackSpec : cluster.spec;
    const outputs = newState === 'deleted' ? {} : { ...cluster.outputs, ...Object.fromEntries(state.outputs) };
    // Whoever took the cluster over in the meantime keeps it.
    return activeRun === undefined || activeRun === id
      ? { ...rest, spec, state: newState, outputs }
      : { ...cluster, outputs };
  });
  await updateRecord(store, 'run', id, (record) => ({ ...record, open: false }));
  // Somebody may have resumed it between the two writes; then it is open after all.
  const isResumed = (await store.read('cluster', run.cluster))?.value.activeRun === id;
  if (isResumed) await updateRecord(store, 'run', id, (record) => ({ ...record, open: true }));
}

/** Reads, changes and writes a record, again when somebody wrote in between. Absent: nothing. */
export async function updateRecord<K extends RecordKind>(
  store: Store,
  kind: K,
  id: string,
  update: (value: RecordValue<K>) => RecordValue<K>,
): Promise<void> {
  for (;;) {
    const found = await store.read(kind, id);
    if (!found) return;
    try {
      await store.write(kind, id, update(found.value), found.version);
      return;
    } catch (error) {
      if (!(error instanceof StaleVersion)) throw error;
    }
  }
}
