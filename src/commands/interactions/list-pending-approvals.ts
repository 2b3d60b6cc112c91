import type { ApprovalView, ClusterStatus, RunDecisions } from '../../engine/service/cluster-service.ts';

/** Pending approvals of the queued and active runs of clusters. */
export async function listPendingApprovals(
  clusters: readonly Pick<ClusterStatus, 'latestRun' | 'queuedRun'>[],
  clusterService: Pick<RunDecisions, 'getPendingApproval'>,
): Promise<ApprovalView[]> {
  const openRuns = clusters.flatMap(({ latestRun, queuedRun }) =>
    [queuedRun, latestRun].flatMap((view) => (view && !view.outcome ? view.run : [])),
  );
  const approvals = await Promise.all(openRuns.map((run) => clusterService.getPendingApproval(run)));
  return approvals.flatMap((one) => one ?? []);
}
