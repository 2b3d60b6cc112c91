import { z } from 'zod';
import type { DiagnosticsService } from '../engine/service/cluster-service.ts';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { getInspectionAccess } from './authorization/get-inspection-access.ts';
import { renderDoctorReport, renderUnknownCluster } from './messages/index.ts';
import { addMissingParts } from './messages/missing-parts.ts';
import { resizeButton } from './resize.ts';
import { type CommandDeps, defineCommand, type ServiceDeps } from './routing/command.ts';

export const doctor = defineCommand({
  name: 'doctor',
  usage: 'NAME',
  summary: 'check etcd, restarts, CPU, memory and CIS hardening of all nodes, with remedies',
  examples: ['/kthw doctor demo'],
  positionals: ['name'],
  buildArgsSchema: () => z.strictObject({ name: clusterNameSchema }),
  permission: 'look',
  run: async (
    { args, ...origin },
    { clusterService, authorize }: ServiceDeps<DiagnosticsService> & Pick<CommandDeps, 'authorize'>,
  ) => {
    const access = await getInspectionAccess(origin, { authorize });
    const [report, missingParts] = await Promise.all([
      clusterService.runDoctor(args.name, access),
      clusterService.listMissingParts(args.name),
    ]);
    if ('notFound' in report) return { message: renderUnknownCluster(args.name) };
    return { message: addMissingParts(renderDoctorReport(report, resizeButton.id), missingParts) };
  },
});
