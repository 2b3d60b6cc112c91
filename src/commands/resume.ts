import { z } from 'zod';
import type { ClusterLifecycle, DiagnosticsService } from '../engine/service/cluster-service.ts';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { formatResumeStarted } from './messages/start-result.ts';
import { renderRunReply } from './render-run-reply.ts';
import { defineCommand, type ServiceDeps } from './routing/command.ts';

export const resume = defineCommand({
  name: 'resume',
  usage: 'NAME',
  summary: 'resume a failed or cancelled run',
  examples: ['/kthw resume demo'],
  positionals: ['name'],
  permission: 'create',
  buildArgsSchema: () => z.strictObject({ name: clusterNameSchema }),
  run: async ({ args, requester }, { clusterService }: ServiceDeps<ClusterLifecycle & DiagnosticsService>) => {
    const result = await clusterService.resumeRun(args.name, requester);
    const started = formatResumeStarted(args.name);
    return { message: await renderRunReply(args.name, result, started, clusterService) };
  },
});
