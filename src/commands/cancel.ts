import { z } from 'zod';
import type { ClusterLifecycle } from '../engine/service/cluster-service.ts';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { renderStartResult } from './messages/index.ts';
import { md } from './messages/markdown.ts';
import { defineCommand, type ServiceDeps } from './routing/command.ts';

export const cancel = defineCommand({
  name: 'cancel',
  usage: 'NAME',
  summary: 'cancel a run after its in-progress steps',
  examples: ['/kthw cancel demo'],
  positionals: ['name'],
  permission: 'create',
  buildArgsSchema: () => z.strictObject({ name: clusterNameSchema }),
  run: async ({ args, requester }, { clusterService }: ServiceDeps<ClusterLifecycle>) => {
    const result = await clusterService.cancelRun(args.name, requester);
    const started = md`Cancelling the run of *${args.name}*. In-progress steps will finish first`;
    return { message: renderStartResult(args.name, result, started) };
  },
});
