import type { ClusterRecord, RecordKind, RecordValue, RunRecord } from '../../store/records.ts';
import { StaleVersion, type Store } from '../../store/store.ts';
import type { Operation } from './operation.ts';
import type { RunState } from './run-state.ts';

type RunOutcome = NonNullable<RunState['outcome']>;
type ClusterState = ClusterRecord['state'];

/** The cluster's state once a run has ended. */
function getClusterStateAfter(
  { clusterStates = {} }: Operation,
  outcome: RunOutcome,
  currentState: ClusterState,
  hasBegun: boolean,
): ClusterState {
  const { succeeded, stopped } = clusterStates;
  if (outcome === 'succeeded') return succeeded ?? currentState;
  return stopped === 'always' || (stopped === 'onceStarted' && hasBegun) ? outcome : currentState;
}

/** Writes what a finished run means for its cluster, then closes the run. Can be repeated after a crash in between. */
export async function finalizeRun(
  store: Store,
  operation: Operation,
  id: string,
  run: RunRecord,
  state: RunState,
): Promise<void> {
  const outcome = state.outcome;
  if (!outcome) return;
  const hasBegun = state.steps.size > 0;
  await updateRecord(store, 'cluster', run.cluster, (cluster): ClusterRecord => {
    const { activeRun, ...rest } = cluster;
    const newState = getClusterStateAfter(operation, outcome, cluster.state, hasBegun);
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
