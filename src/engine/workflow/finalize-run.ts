import type { ClusterRecord, RecordKind, RecordValue, RunRecord } from '../../store/records.ts';
import { StaleVersion, type Store } from '../../store/store.ts';
import { canResume, getStateAfterRun } from './cluster-state.ts';
import { findOperation, type Operation, type Operations } from './operation.ts';
import { hasChangedCluster, type PlannedStep } from './plan.ts';
import { foldEvents, type RunState } from './run-state.ts';

/** A run that has ended, with everything that decides what it means for its cluster. */
export interface EndedRun {
  readonly id: string;
  readonly record: RunRecord;
  readonly operation: Operation;
  readonly planned: readonly PlannedStep[];
  readonly state: RunState;
  readonly now: Date;
}

/** Runs of a cluster that may still offer a resume. */
const recentRunCount = 10;

/**
 * Writes the result of an ended run to its cluster, then closes the run. Can be repeated after a crash.
 * @returns other runs whose state changed
 */
export async function finalizeRun(store: Store, operations: Operations, run: EndedRun): Promise<readonly string[]> {
  const { id, record, state, planned } = run;
  if (!state.outcome) return [];
  const hasChanges = hasChangedCluster(planned, state);
  await updateRecord(store, 'cluster', record.cluster, (cluster) => applyRunEnd(cluster, run, hasChanges));
  await updateRecord(store, 'run', id, (found) => ({ ...found, open: false }));
  const cluster = (await store.read('cluster', record.cluster))?.value;
  // A user may have resumed the run between the two writes. Then it stays open.
  if (cluster?.activeRun === id) await updateRecord(store, 'run', id, (found) => ({ ...found, open: true }));
  const isChange = hasChanges && run.operation.stateAfterSuccess !== undefined;
  return isChange && cluster ? await supersedeEarlierRuns(store, operations, cluster, run) : [];
}

function applyRunEnd(
  { activeRun, queuedRun, ...cluster }: ClusterRecord,
  { id, record, operation, state, now }: EndedRun,
  hasChanges: boolean,
): ClusterRecord {
  const settledState = getStateAfterRun(operation, cluster.settledState, { ...state, hasChanges });
  const isFirstReady = settledState === 'ready' && cluster.readySince === undefined;
  return {
    ...cluster,
    // Another run may have taken over the cluster, or may be waiting to do so.
    ...(activeRun === undefined || activeRun === id ? {} : { activeRun }),
    ...(queuedRun === undefined || queuedRun === id ? {} : { queuedRun }),
    ...(isFirstReady ? { readySince: now.toISOString() } : {}),
    settledState,
    spec: hasChanges ? getReachedSpec(operation, cluster.spec, record.spec, state) : cluster.spec,
    outputs: settledState === 'deleted' ? {} : { ...cluster.outputs, ...Object.fromEntries(state.outputs) },
  };
}

function getReachedSpec(
  operation: Operation,
  current: ClusterRecord['spec'],
  desired: ClusterRecord['spec'],
  state: RunState,
): ClusterRecord['spec'] {
  if (operation.direction === 'backward') return current;
  return (state.outcome !== 'succeeded' && operation.getReachedSpec?.(current, desired, state)) || desired;
}

/** Earlier runs that could be resumed no longer fit a cluster that this run has changed. */
async function supersedeEarlierRuns(
  store: Store,
  operations: Operations,
  cluster: ClusterRecord,
  { id, record: { operation } }: EndedRun,
): Promise<readonly string[]> {
  const earlierRuns = cluster.runs.slice(0, Math.max(0, cluster.runs.indexOf(id))).slice(-recentRunCount);
  const superseded: string[] = [];
  for (const run of earlierRuns) {
    const record = (await store.read('run', run))?.value;
    const earlierOperation = record && findOperation(operations, record.operation);
    const state = foldEvents(await store.readEvents(run));
    if (!earlierOperation || record.open || !canResume(state, earlierOperation, true)) continue;
    await store.append(run, [{ type: 'run.superseded', by: id, operation }]);
    superseded.push(run);
  }
  return superseded;
}

/** Reads, changes and writes a record, again after a concurrent write. An absent record stays absent. */
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
