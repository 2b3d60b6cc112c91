import { z } from 'zod';
import type { ClusterLifecycle } from '../engine/service/cluster-service.ts';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { renderStartResult } from './messages/index.ts';
import { md } from './messages/markdown.ts';
import { defineCommand, type ServiceDeps } from './routing/command.ts';

export const smoke = defineCommand({
  name: 'smoke',
  usage: 'NAME',
  summary: 'rerun the smoke test of a cluster',
  examples: ['/kthw smoke demo'],
  positionals: ['name'],
  permission: 'create',
  buildArgsSchema: () => z.strictObject({ name: clusterNameSchema }),
  run: async ({ args, requester, channel }, { clusterService }: ServiceDeps<ClusterLifecycle>) => {
    const result = await clusterService.runSmokeTest(args.name, requester, channel);
    const started = md`Running the smoke test of *${args.name}*. Progress is shown in the message below`;
    return { message: renderStartResult(args.name, result, started) };
  },
});
