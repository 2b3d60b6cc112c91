import { z } from 'zod';
import { clusterName } from './arguments/cluster-name-schema.ts';
import { unknownCluster } from './messages/command-replies.ts';
import { kubeconfigFile, kubeconfigNote, kubeconfigNotYet, kubeconfigSent } from './messages/kubeconfig.ts';
import { defineCommand } from './routing/define-command.ts';

const longestHours = 720;

export const kubeconfig = defineCommand({
  name: 'kubeconfig',
  usage: 'NAME [--hours N]',
  help: 'sends you a kubeconfig by direct message; it ends by itself',
  examples: ['/kthw kubeconfig demo', '/kthw kubeconfig demo --hours 8'],
  places: ['name'],
  args: () =>
    z.strictObject({
      name: clusterName,
      hours: z
        .string()
        .regex(/^[1-9]\d{0,3}$/, 'must be a whole number of hours')
        .transform(Number)
        .refine((hours) => hours <= longestHours, `at most ${longestHours}`)
        .default(24)
        .describe(`how many hours it works, at most ${longestHours}`),
    }),
  run: async ({ args, by }, { desk }) => {
    const given = await desk.kubeconfig(args.name, by, args.hours);
    if (!given) return { shown: unknownCluster(args.name) };
    if ('notReady' in given) return { shown: kubeconfigNotYet(args.name, given.notReady) };
    return {
      file: given.file,
      filename: kubeconfigFile(args.name),
      comment: kubeconfigNote(args.name, given),
      shown: kubeconfigSent(args.name),
    };
  },
});
