import { z } from 'zod';
import type { ClusterLifecycle, ClusterQueries } from '../engine/service/cluster-service.ts';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { workerCountSchema } from './arguments/create-args-schema.ts';
import { validateCidrs } from './arguments/validate-cidrs.ts';
import { findScalingDenial } from './authorization/find-denial.ts';
import { renderDenial, renderInvalidArguments, renderStartResult, renderUnknownCluster } from './messages/index.ts';
import { md } from './messages/markdown.ts';
import { type CommandDeps, defineCommand, type ServiceDeps } from './routing/command.ts';

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
  run: async (
    { args, requester, channel },
    { clusterService, policy }: ServiceDeps<ClusterLifecycle & ClusterQueries> & Pick<CommandDeps, 'policy'>,
  ) => {
    const clusterStatus = await clusterService.getStatus(args.name);
    if (!clusterStatus) return { message: renderUnknownCluster(args.name) };
    const { spec } = clusterStatus.record;
    const removedWorkers = spec.workers - args.workers;
    const denial = findScalingDenial(policy, removedWorkers);
    if (denial) return { message: renderDenial(denial) };
    const [problem] = validateCidrs({ ...spec, workers: args.workers });
    if (problem)
      return {
        message: renderInvalidArguments([`pod CIDR ${spec.podCidr}: ${problem.message}`], [], '/kthw help scale'),
      };
    const result = await clusterService.scaleCluster(args.name, { workers: args.workers, requester, channel });
    const started =
      removedWorkers > 0
        ? md`Planning to scale *${args.name}* to ${args.workers} worker nodes. An approval request will list everything that will be deleted`
        : md`Scaling *${args.name}* to ${args.workers} worker nodes. Progress is shown in the message below`;
    return { message: renderStartResult(args.name, result, started) };
  },
});
