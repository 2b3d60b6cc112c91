import { z } from 'zod';
import type { ClusterLifecycle, ClusterQueries } from '../engine/service/cluster-service.ts';
import { clusterNameSchema, machineTypeSchema } from './arguments/cluster-name-schema.ts';
import { renderStartResult } from './messages/index.ts';
import { md } from './messages/markdown.ts';
import {
  type CommandReply,
  type CommandRequest,
  defineButton,
  defineCommand,
  type ServiceDeps,
} from './routing/command.ts';

interface ResizeArguments {
  readonly name: string;
  readonly machineType: string;
}

/** For doctor reports of undersized instances. The run requires approval before any restart. */
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
  summary: 'change the machine type by a rolling restart, after approval; rebuild a cluster that is not ready',
  examples: ['/kthw resize demo --machine-type e2-standard-2'],
  positionals: ['name'],
  permission: 'create',
  buildArgsSchema: () =>
    z.strictObject({
      name: clusterNameSchema,
      machineType: machineTypeSchema.describe('new machine type of all instances'),
    }),
  run: startResize,
  interactions: { buttons: [resizeButton] },
});

async function startResize(
  { args, requester, channel }: CommandRequest<ResizeArguments>,
  { clusterService }: ServiceDeps<ClusterLifecycle & ClusterQueries>,
): Promise<CommandReply> {
  const { name, machineType } = args;
  const result = await clusterService.resizeCluster(name, { machineType, requester, channel });
  const operation = 'run' in result ? (await clusterService.getRunView(result.run))?.operation : undefined;
  const started =
    operation === 'rebuild'
      ? md`*${name}* is not ready, so this is a rebuild with *${machineType}*. An approval request will list everything that will be deleted`
      : md`Planning the resize of *${name}* to *${machineType}*. An approval request will list everything that will be restarted`;
  return { message: renderStartResult(name, result, started) };
}
