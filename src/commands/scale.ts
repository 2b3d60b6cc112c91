import { z } from 'zod';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { workerCountSchema } from './arguments/create-args-schema.ts';
import { validateCidrs } from './arguments/validate-cidrs.ts';
import { findScalingDenial } from './authorization/policy.ts';
import { renderInvalidArguments, renderStartResult, renderUnknownCluster } from './messages/command-replies.ts';
import { renderDenial } from './messages/denial.ts';
import { md } from './messages/markdown.ts';
import { defineCommand } from './routing/define-command.ts';

export const scale = defineCommand({
  name: 'scale',
  usage: 'NAME --workers N',
  help: 'adds workers, or takes some away once that is approved',
  examples: ['/kthw scale demo --workers 4'],
  positionals: ['name'],
  buildArgsSchema: () =>
    z.strictObject({
      name: clusterNameSchema,
      workers: workerCountSchema.describe('how many workers it is to have: 0 to 20'),
    }),
  run: async ({ args, requester, channel }, { clusterService, policy }) => {
    const clusterStatus = await clusterService.getStatus(args.name);
    if (!clusterStatus) return { message: renderUnknownCluster(args.name) };
    const { spec } = clusterStatus.record;
    const removedWorkers = spec.workers - args.workers;
    const denial = findScalingDenial(policy, removedWorkers);
    if (denial) return { message: renderDenial(denial) };
    const [problem] = validateCidrs({ ...spec, workers: args.workers });
    if (problem)
      return {
        message: renderInvalidArguments(
          [`the pods’ range ${spec.podCidr}: ${problem.message}`],
          [],
          '/kthw help scale',
        ),
      };
    const result = await clusterService.scaleCluster(args.name, { workers: args.workers, requester, channel });
    const started =
      removedWorkers > 0
        ? md`Looking at what scaling *${args.name}* down takes away. The thread of the message below asks before anything goes`
        : md`Scaling *${args.name}* to ${args.workers} workers. The message below shows how far it is`;
    return { message: renderStartResult(args.name, result, started) };
  },
});
