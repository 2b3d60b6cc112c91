import { z } from 'zod';
import type { ClusterLifecycle } from '../engine/service/cluster-service.ts';
import { clusterNameSchema, machineTypeSchema } from './arguments/cluster-name-schema.ts';
import { suggest } from './arguments/suggest.ts';
import { renderStartResult } from './messages/index.ts';
import { md } from './messages/markdown.ts';
import { defineCommand, type ServiceDeps } from './routing/command.ts';

export const rebuild = defineCommand({
  name: 'rebuild',
  usage: 'NAME --from PHASE [--machine-type TYPE]',
  summary: 'rebuild from a phase: delete and recreate its resources and later ones, after approval',
  examples: ['/kthw rebuild demo --from controllers', '/kthw rebuild demo --from etcd --machine-type e2-standard-4'],
  positionals: ['name'],
  permission: 'create',
  buildArgsSchema: ({ phases }) =>
    z.strictObject({
      name: clusterNameSchema,
      from: z
        .string()
        .refine((name) => phases.includes(name), { error: ({ input }) => formatPhaseError(String(input), phases) })
        .describe(`first phase to rebuild; earlier phases are kept. One of: ${phases.join(', ')}`),
      machineType: machineTypeSchema.optional().describe('machine type of the recreated instances'),
    }),
  run: async (
    { args: { name, from: fromPhase, machineType }, requester, channel },
    { clusterService }: ServiceDeps<ClusterLifecycle>,
  ) => {
    const result = await clusterService.rebuildCluster(name, {
      fromPhase,
      ...(machineType ? { machineType } : {}),
      requester,
      channel,
    });
    const started = md`Planning the rebuild of *${name}* from *${fromPhase}*. An approval request will list everything that will be deleted`;
    return { message: renderStartResult(name, result, started) };
  },
});

function formatPhaseError(phase: string, phases: readonly string[]): string {
  const suggestion = suggest(phase, phases);
  return suggestion
    ? `unknown phase; did you mean \`${suggestion}\`?`
    : `unknown phase; use one of ${phases.join(', ')}`;
}
