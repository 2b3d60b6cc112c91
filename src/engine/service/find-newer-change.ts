import type { ClusterRecord } from '../../store/records.ts';
import type { StartResult } from './cluster-service.ts';
import { isClusterChange } from './load-cluster-status.ts';
import type { RunViewCache } from './run-view-cache.ts';

/**
 * Checks whether what a user saw is outdated: a run that was started or resumed later has changed the cluster, or it was
 * deleted and created again. The active run and the queued run don't count, because their start is checked separately.
 * @param shownRun the cluster's latest run at that time @returns undefined if it is current
 */
export async function findNewerChange(
  views: RunViewCache,
  { runs, activeRun, queuedRun }: Pick<ClusterRecord, 'runs' | 'activeRun' | 'queuedRun'>,
  shownRun: string,
): Promise<Extract<StartResult, { notCurrent: unknown }> | undefined> {
  const position = runs.indexOf(shownRun);
  if (position === -1) return { notCurrent: 'superseded' };
  for (const run of runs.slice(position + 1).toReversed()) {
    const view = run === activeRun || run === queuedRun ? undefined : await views.getRunView(run);
    if (view && isClusterChange(view)) return { notCurrent: 'superseded', newerOperation: view.operation };
  }
  return undefined;
}
