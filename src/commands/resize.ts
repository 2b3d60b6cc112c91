import { z } from 'zod';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { machineTypeSchema } from './arguments/create-args-schema.ts';
import { renderInvalidArguments, renderStartResult } from './messages/command-replies.ts';
import { md } from './messages/markdown.ts';
import type { CommandDeps, CommandReply, CommandRequest } from './routing/command.ts';
import { defineButton, defineCommand } from './routing/define-command.ts';

interface ResizeArguments {
  readonly name: string;
  readonly machineType: string;
}

/** Under a diagnosis: machines that carry the cluster. The run asks before any of them restarts. */
export const resizeButton = defineButton({
  id: 'resize.confirm',
  value: z.strictObject({ cluster: clusterNameSchema, machineType: machineTypeSchema }),
  handler: {
    onClick: ({ args, ...request }, deps) => startResize({ ...request, args: { ...args, name: args.cluster } }, deps),
  },
});

export const resize = defineCommand({
  name: 'resize',
  usage: 'NAME --machine-type TYPE',
  help: 'restarts machines as another type, one by one, once that is approved; rebuilds a cluster that is not up',
  examples: ['/kthw resize demo --machine-type e2-standard-2'],
  positionals: ['name'],
  buildArgsSchema: () =>
    z.strictObject({
      name: clusterNameSchema,
      machineType: machineTypeSchema.describe('the machine type they are to be'),
    }),
  run: startResize,
  buttons: [resizeButton],
});

async function startResize(
  { args, requester, channel }: CommandRequest<ResizeArguments>,
  { clusterService }: CommandDeps,
): Promise<CommandReply> {
  const { name, machineType } = args;
  const result = await clusterService.resizeCluster(name, { machineType, requester, channel });
  if ('problem' in result) return { message: renderInvalidArguments([result.problem], [], '/kthw help resize') };
  const started = md`Looking at what *${name}* as *${machineType}* needs. The thread of the message below asks before any machine restarts or goes`;
  return { message: renderStartResult(name, result, started) };
}
