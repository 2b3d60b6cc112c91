import { z } from 'zod';
import type { ClusterLifecycle, ClusterQueries } from '../engine/service/cluster-service.ts';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { findPodCidrProblem } from './arguments/validate-cidrs.ts';
import { workerCountSchema } from './arguments/whole-number-schema.ts';
import { findScalingDenial } from './authorization/find-denial.ts';
import { shownClusterSchema } from './interactions/shown-cluster-schema.ts';
import { fixButtonIds } from './messages/fix-buttons.ts';
import { renderDenial, renderInvalidArguments, renderStartResult, renderUnknownCluster } from './messages/index.ts';
import { md } from './messages/markdown.ts';
import {
  type CommandDeps,
  type CommandReply,
  type CommandRequest,
  defineButton,
  defineCommand,
  type ServiceDeps,
} from './routing/command.ts';

interface ScaleArguments {
  readonly name: string;
  readonly workers: number;
  readonly shownRun?: string;
}

/** Shown when a create names an existing cluster with another number of workers. */
const scaleButton = defineButton({
  id: fixButtonIds.scale,
  value: shownClusterSchema.extend({ workers: workerCountSchema }),
  handler: {
    onClick: ({ args: { cluster: name, run: shownRun, workers }, ...request }, deps) =>
      startScaling({ ...request, args: { name, workers, shownRun } }, deps),
  },
});

export const scale = defineCommand({
  name: 'scale',
  usage: 'NAME --workers N',
  summary: 'add worker nodes, or remove them after approval',
  examples: ['/kthw scale demo --workers 4'],
  positionals: ['name'],
  permission: 'create',
  buildArgsSchema: () =>
    z.strictObject({
      name: clusterNameSchema,
      workers: workerCountSchema.describe('desired number of worker nodes, 0 to 20'),
    }),
  run: startScaling,
  interactions: { buttons: [scaleButton] },
});

async function startScaling(
  { args, requester, channel }: CommandRequest<ScaleArguments>,
  { clusterService, policy }: ServiceDeps<ClusterLifecycle & ClusterQueries> & Pick<CommandDeps, 'policy'>,
): Promise<CommandReply> {
  const clusterStatus = await clusterService.getStatus(args.name);
  if (!clusterStatus) return { message: renderUnknownCluster(args.name) };
  const { spec } = clusterStatus.record;
  const removedWorkers = spec.workers - args.workers;
  const denial = findScalingDenial(policy, removedWorkers);
  if (denial) return { message: renderDenial(denial) };
  const problem = findPodCidrProblem({ ...spec, workers: args.workers });
  if (problem)
    return {
      message: renderInvalidArguments([`pod CIDR ${spec.podCidr}: ${problem}`], [], '/kthw help scale'),
    };
  const { name, ...change } = args;
  const result = await clusterService.scaleCluster(name, { ...change, requester, channel });
  const started =
    removedWorkers > 0
      ? md`Planning to scale *${args.name}* to ${args.workers} worker nodes. An approval request will list everything that will be deleted`
      : md`Scaling *${args.name}* to ${args.workers} worker nodes. Progress is shown in the message below`;
  return { message: renderStartResult(args.name, result, started) };
}
