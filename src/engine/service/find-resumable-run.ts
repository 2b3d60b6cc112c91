import type { ClusterRecord } from '../../store/records.ts';
import { getClusterState } from '../workflow/cluster-state.ts';
import type { RunView, StartResult } from './cluster-service.ts';
import { findNewerChange } from './find-newer-change.ts';
import { isClusterChange } from './load-cluster-status.ts';
import type { RunViewCache } from './run-view-cache.ts';

type ResumeTarget = { readonly run: string } | Extract<StartResult, { notCurrent: unknown } | { unchanged: unknown }>;

/** Limits how many runs are read. Older ones are superseded. */
const recentRunCount = 10;

/**
 * Finds the run that a resume continues: the requested one if no newer run has changed the cluster, or the last one that
 * can be resumed.
 */
export async function findResumableRun(
  views: RunViewCache,
  record: ClusterRecord,
  requestedRun: string | undefined,
): Promise<ResumeTarget> {
  const { runs, settledState } = record;
  if (requestedRun !== undefined) {
    const outdated = await findNewerChange(views, record, requestedRun);
    const view = outdated ? undefined : await views.getRunView(requestedRun);
    if (!view) return outdated ?? { notCurrent: 'superseded' };
    return view.canResume && settledState !== 'deleted' ? { run: requestedRun } : { notCurrent: explainRefusal(view) };
  }
  for (const run of runs.slice(-recentRunCount).toReversed()) {
    const view = await views.getRunView(run);
    if (view?.canResume) return settledState === 'deleted' ? { notCurrent: explainRefusal(view) } : { run };
    if (view && isClusterChange(view)) break;
  }
  const lastRun = runs.at(-1);
  const last = lastRun === undefined ? undefined : await views.getRunView(lastRun);
  const isFinished = settledState === 'ready' || last === undefined;
  return isFinished ? { unchanged: getClusterState({ settledState }) } : { notCurrent: explainRefusal(last) };
}

function explainRefusal({
  outcome,
  operation,
  hasChanges,
  isRejected,
}: RunView): 'ended' | 'rejected' | 'changedNothing' | 'deletionCancelled' {
  if (outcome !== 'cancelled' && outcome !== 'failed') return 'ended';
  if (isRejected) return 'rejected';
  if (outcome === 'cancelled' && operation === 'delete') return 'deletionCancelled';
  return hasChanges ? 'ended' : 'changedNothing';
}
