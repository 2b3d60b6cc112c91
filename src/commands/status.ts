import { z } from 'zod';
import { deriveCluster } from '../engine/cluster/cluster.ts';
import { getExternalAddressOutput } from '../engine/cluster/outputs.ts';
import type { InspectionAccess } from '../engine/diagnostics/inspect-instances.ts';
import type {
  ClusterQueries,
  ClusterStatus,
  DiagnosticsService,
  RunDecisions,
} from '../engine/service/cluster-service.ts';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { getInspectionAccess } from './authorization/get-inspection-access.ts';
import { createClusterMapChart } from './charts/cluster-map-chart.ts';
import { approvalButtonIds } from './interactions/approval-buttons.ts';
import { listPendingApprovals } from './interactions/list-pending-approvals.ts';
import { pauseButtonIds } from './interactions/pause-buttons.ts';
import { buildApprovalBlocks } from './messages/approval-request.ts';
import { buildPauseBlocks } from './messages/chapter-pause.ts';
import { renderStatus, renderUnknownCluster } from './messages/index.ts';
import { addMissingParts } from './messages/missing-parts.ts';
import { type CommandDeps, defineCommand, type ServiceDeps } from './routing/command.ts';
import type { ChartImage } from './slack/chat.ts';

export const status = defineCommand({
  name: 'status',
  usage: 'NAME',
  summary: 'show a cluster, the progress of its latest run and a cluster map',
  examples: ['/kthw status demo'],
  permission: 'look',
  positionals: ['name'],
  buildArgsSchema: () => z.strictObject({ name: clusterNameSchema }),
  run: async (
    { args, ...origin },
    {
      clusterService,
      policy,
      authorize,
    }: ServiceDeps<ClusterQueries & RunDecisions & DiagnosticsService> & Pick<CommandDeps, 'policy' | 'authorize'>,
  ) => {
    const clusterStatus = await clusterService.getStatus(args.name);
    if (!clusterStatus) return { message: renderUnknownCluster(args.name) };
    const [pendingApproval] = await listPendingApprovals([clusterStatus], clusterService);
    const actionBlocks = pendingApproval
      ? buildApprovalBlocks(pendingApproval, policy, approvalButtonIds)
      : clusterStatus.latestRun
        ? buildPauseBlocks(clusterStatus.latestRun, pauseButtonIds)
        : [];
    if (!hasInstances(clusterStatus)) return { message: renderStatus(clusterStatus, actionBlocks) };
    const missingParts = await clusterService.listMissingParts(args.name);
    return {
      message: addMissingParts(renderStatus(clusterStatus, actionBlocks, true), missingParts),
      renderChart: async () =>
        loadClusterChart(args.name, await getInspectionAccess(origin, { authorize }), clusterService),
    };
  },
});

/** Checks whether any instance was created. Without one, there is no cluster map. */
function hasInstances({ record, latestRun }: ClusterStatus): boolean {
  const outputs = { ...record.outputs, ...latestRun?.outputs };
  return deriveCluster(record.spec).instances.some(
    (instance) => outputs[getExternalAddressOutput(instance).name] !== undefined,
  );
}

async function loadClusterChart(
  name: string,
  access: InspectionAccess,
  clusterService: DiagnosticsService,
): Promise<ChartImage | undefined> {
  const snapshot = await clusterService.getSnapshot(name, access);
  return 'notFound' in snapshot ? undefined : await createClusterMapChart(snapshot);
}
