import { z } from 'zod';
import { clusterName } from './arguments/cluster-name-schema.ts';
import { workers } from './arguments/create-args-schema.ts';
import { rangeProblems } from './arguments/validate-cidrs.ts';
import { scalingRefusal } from './authorization/policy.ts';
import { answered, notUnderstood, unknownCluster } from './messages/command-replies.ts';
import { notAllowed } from './messages/denial.ts';
import { md } from './messages/markdown.ts';
import { defineCommand } from './routing/define-command.ts';

export const scale = defineCommand({
  name: 'scale',
  usage: 'NAME --workers N',
  help: 'adds workers, or takes some away once that is approved',
  examples: ['/kthw scale demo --workers 4'],
  places: ['name'],
  args: () =>
    z.strictObject({ name: clusterName, workers: workers.describe('how many workers it is to have: 0 to 20') }),
  run: async ({ args, by, channel }, { desk, policy }) => {
    const found = await desk.status(args.name);
    if (!found) return { shown: unknownCluster(args.name) };
    const { spec } = found.record;
    const fewer = spec.workers - args.workers;
    const refusal = scalingRefusal(policy, fewer);
    if (refusal) return { shown: notAllowed(refusal) };
    const [problem] = rangeProblems({ ...spec, workers: args.workers });
    if (problem)
      return { shown: notUnderstood([`the pods’ range ${spec.podCidr}: ${problem.message}`], [], '/kthw help scale') };
    const answer = await desk.scale(args.name, { workers: args.workers, by, channel });
    const started =
      fewer > 0
        ? md`Looking at what scaling *${args.name}* down takes away. The thread of the message below asks before anything goes`
        : md`Scaling *${args.name}* to ${args.workers} workers. The message below shows how far it is`;
    return { shown: answered(args.name, answer, started) };
  },
});
