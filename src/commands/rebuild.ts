import { z } from 'zod';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { machineTypeSchema } from './arguments/create-args-schema.ts';
import { suggest } from './arguments/suggest.ts';
import { renderStartResult } from './messages/command-replies.ts';
import { md } from './messages/markdown.ts';
import { defineCommand } from './routing/define-command.ts';

export const rebuild = defineCommand({
  name: 'rebuild',
  usage: 'NAME --from PHASE [--machine-type TYPE]',
  help: 'takes down what a phase and those after it made, once that is approved, and makes it anew',
  examples: ['/kthw rebuild demo --from controllers', '/kthw rebuild demo --from etcd --machine-type e2-standard-4'],
  positionals: ['name'],
  buildArgsSchema: ({ phases }) =>
    z.strictObject({
      name: clusterNameSchema,
      from: z
        .string()
        .refine((name) => phases.includes(name), { error: ({ input }) => formatPhaseError(String(input), phases) })
        .describe(`where it starts over; earlier phases stay as they are. One of: ${phases.join(', ')}`),
      machineType: machineTypeSchema.optional().describe('machine type of the machines that are made anew'),
    }),
  run: async ({ args: { name, from: fromPhase, machineType: type }, requester, channel }, { clusterService }) => {
    const result = await clusterService.rebuildCluster(name, {
      fromPhase,
      ...(type ? { machineType: type } : {}),
      requester,
      channel,
    });
    const started = md`Looking at what rebuilding *${name}* from *${fromPhase}* takes away. The thread of the message below asks before anything goes`;
    return { message: renderStartResult(name, result, started) };
  },
});

function formatPhaseError(phase: string, phases: readonly string[]): string {
  const suggestion = suggest(phase, phases);
  return suggestion
    ? `no such phase; did you mean \`${suggestion}\`?`
    : `no such phase; there are ${phases.join(', ')}`;
}
