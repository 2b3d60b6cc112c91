import { z } from 'zod';
import type { DiagnosticsService, KubeconfigService } from '../engine/service/cluster-service.ts';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import {
  renderKubeconfigFileComment,
  renderKubeconfigSentReply,
  renderKubeconfigUnavailableReply,
  renderUnknownCluster,
} from './messages/index.ts';
import { getKubeconfigFileName } from './messages/kubeconfig-file.ts';
import { addMissingParts } from './messages/missing-parts.ts';
import { defineCommand, type ServiceDeps } from './routing/command.ts';

const maxHours = 720;

export const kubeconfig = defineCommand({
  name: 'kubeconfig',
  usage: 'NAME [--hours N]',
  summary: 'send you a personal kubeconfig by DM; it expires automatically',
  examples: ['/kthw kubeconfig demo', '/kthw kubeconfig demo --hours 8'],
  positionals: ['name'],
  permission: 'create',
  buildArgsSchema: () =>
    z.strictObject({
      name: clusterNameSchema,
      hours: z
        .string()
        .regex(/^[1-9]\d{0,3}$/, 'must be a whole number of hours')
        .transform(Number)
        .refine((hours) => hours <= maxHours, `at most ${maxHours}`)
        .default(24)
        .describe(`validity in hours, at most ${maxHours}`),
    }),
  run: async ({ args, requester }, { clusterService }: ServiceDeps<KubeconfigService & DiagnosticsService>) => {
    const [issued, missingParts] = await Promise.all([
      clusterService.issueKubeconfig(args.name, requester, args.hours),
      clusterService.listMissingParts(args.name),
    ]);
    if (!issued) return { message: renderUnknownCluster(args.name) };
    if ('notReady' in issued)
      return { message: addMissingParts(renderKubeconfigUnavailableReply(args.name, issued.notReady), missingParts) };
    return {
      file: issued.file,
      grant: { cluster: args.name, id: issued.id },
      filename: getKubeconfigFileName(args.name),
      comment: renderKubeconfigFileComment(args.name, issued),
      message: addMissingParts(renderKubeconfigSentReply(args.name), missingParts),
    };
  },
});
