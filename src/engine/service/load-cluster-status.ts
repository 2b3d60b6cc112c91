import { type ClusterRecord, InvalidRecord } from '../../store/records.ts';
import type { Store, VersionedRecord } from '../../store/store.ts';
import { operations } from '../phases/operations.ts';
import { getClusterState } from '../workflow/cluster-state.ts';
import { findOperation } from '../workflow/operation.ts';
import type { ClusterStatus, RunView } from './cluster-service.ts';
import type { RunViewCache } from './run-view-cache.ts';

/** Limits how many runs are read. */
const recentRunCount = 10;

export async function loadClusterStatus(
  { id: name, value: record }: VersionedRecord<ClusterRecord>,
  views: RunViewCache,
): Promise<ClusterStatus> {
  const { activeRun, queuedRun, runs } = record;
  const loadView = async (run: string | undefined) => (run === undefined ? undefined : await views.getRunView(run));
  const [latestRun, lastSucceededRun, queued] = await Promise.all([
    loadView(activeRun ?? runs.findLast((id) => id !== queuedRun)),
    findLastSucceededRun(views, runs),
    loadView(queuedRun),
  ]);
  const active = activeRun === undefined ? undefined : latestRun;
  return {
    name,
    state: getClusterState(record, active && findOperation(operations, active.operation), active),
    record,
    ...(latestRun ? { latestRun } : {}),
    ...(lastSucceededRun ? { lastSucceededRun } : {}),
    ...(queued ? { queuedRun: queued } : {}),
  };
}

/** Whether a run has changed its cluster, unlike a smoke test, or a request that was rejected. Pure. */
export function isClusterChange({ operation, hasChanges }: Pick<RunView, 'operation' | 'hasChanges'>): boolean {
  return hasChanges && findOperation(operations, operation)?.stateAfterSuccess !== undefined;
}

/** The last run that changed the cluster and succeeded. A run that was rejected or stopped leaves its deferred steps missing. */
async function findLastSucceededRun(views: RunViewCache, runs: readonly string[]): Promise<RunView | undefined> {
  for (const run of runs.slice(-recentRunCount).toReversed()) {
    const view = await views.getRunView(run);
    if (view?.outcome === 'succeeded' && isClusterChange(view)) return view;
  }
  return undefined;
}

/**
 * Reads a cluster's record. Returns undefined for a deleted cluster, whose record is kept for the audit log.
 * @throws InvalidRecord if the record belongs to another cluster
 */
export async function readActiveCluster(
  store: Pick<Store, 'read'>,
  name: string,
): Promise<VersionedRecord<ClusterRecord> | undefined> {
  const found = await store.read('cluster', name);
  if (found && found.value.spec.name !== name)
    throw new InvalidRecord(`cluster ${JSON.stringify(name)} has the spec of ${JSON.stringify(found.value.spec.name)}`);
  return found && found.value.settledState !== 'deleted' ? found : undefined;
}
