import type { ClusterRecord } from '../../store/records.ts';
import { getClusterState } from '../workflow/cluster-state.ts';
import type { RunView, StartResult } from './cluster-service.ts';
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
  { runs, settledState }: ClusterRecord,
  requestedRun: string | undefined,
): Promise<ResumeTarget> {
  let newerChange: RunView | undefined;
  for (const run of runs.slice(-recentRunCount).toReversed()) {
    const view = await views.getRunView(run);
    if (!view) continue;
    const isRequested = requestedRun === undefined ? view.canResume : run === requestedRun;
    if (isRequested) {
      if (newerChange) return { notCurrent: 'superseded', newerOperation: newerChange.operation };
      if (view.canResume && settledState !== 'deleted') return { run };
      return { notCurrent: explainRefusal(view) };
    }
    if (isClusterChange(view)) {
      if (requestedRun === undefined) break;
      newerChange ??= view;
    }
  }
  if (requestedRun !== undefined) return { notCurrent: 'superseded' };
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
