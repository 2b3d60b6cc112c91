import { z } from 'zod';
import type { ClusterLifecycle, ClusterQueries } from '../engine/service/cluster-service.ts';
import { clusterNameSchema, machineTypeSchema } from './arguments/cluster-name-schema.ts';
import { shownClusterSchema } from './interactions/shown-cluster-schema.ts';
import { fixButtonIds } from './messages/fix-buttons.ts';
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
  readonly shownRun?: string;
}

/** For doctor reports of undersized instances. The run requires approval before any restart. */
export const resizeButton = defineButton({
  id: fixButtonIds.resize,
  value: shownClusterSchema.extend({ machineType: machineTypeSchema }),
  handler: {
    onClick: ({ args: { cluster: name, run: shownRun, machineType }, ...request }, deps) =>
      startResize({ ...request, args: { name, machineType, shownRun } }, deps),
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
  const { name, ...change } = args;
  const { machineType } = change;
  const result = await clusterService.resizeCluster(name, { ...change, requester, channel });
  const operation = 'run' in result ? (await clusterService.getRunView(result.run))?.operation : undefined;
  const started =
    operation === 'rebuild'
      ? md`*${name}* is not ready, so this is a rebuild with *${machineType}*. An approval request will list everything that will be deleted`
      : md`Planning the resize of *${name}* to *${machineType}*. An approval request will list everything that will be restarted`;
  return { message: renderStartResult(name, result, started) };
}
