import { z } from 'zod';
import { clusterName } from './arguments/cluster-name-schema.ts';
import { machineType } from './arguments/create-args-schema.ts';
import { nearest } from './arguments/suggest.ts';
import { answered } from './messages/command-replies.ts';
import { md } from './messages/markdown.ts';
import { defineCommand } from './routing/define-command.ts';

export const rebuild = defineCommand({
  name: 'rebuild',
  usage: 'NAME --from PHASE [--machine-type TYPE]',
  help: 'takes down what a phase and those after it made, once that is approved, and makes it anew',
  examples: ['/kthw rebuild demo --from controllers', '/kthw rebuild demo --from etcd --machine-type e2-standard-4'],
  places: ['name'],
  args: ({ phases }) =>
    z.strictObject({
      name: clusterName,
      from: z
        .string()
        .refine((name) => phases.includes(name), { error: ({ input }) => phaseProblem(String(input), phases) })
        .describe(`where it starts over; earlier phases stay as they are. One of: ${phases.join(', ')}`),
      machineType: machineType.optional().describe('machine type of the machines that are made anew'),
    }),
  run: async ({ args: { name, from, machineType: type }, by, channel }, { desk }) => {
    const answer = await desk.rebuild(name, { from, ...(type ? { machineType: type } : {}), by, channel });
    const started = md`Looking at what rebuilding *${name}* from *${from}* takes away. The thread of the message below asks before anything goes`;
    return { shown: answered(name, answer, started) };
  },
});

function phaseProblem(asked: string, phases: readonly string[]): string {
  const meant = nearest(asked, phases);
  return meant ? `no such phase; did you mean \`${meant}\`?` : `no such phase; there are ${phases.join(', ')}`;
}
