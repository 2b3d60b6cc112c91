import { z } from 'zod';
import type { DiagnosticsService } from '../engine/service/cluster-service.ts';
import type { KubeconfigService } from '../engine/service/kubeconfigs/kubeconfig-service.ts';
import { KubeconfigRole } from '../store/kubeconfig-role.ts';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import {
  renderKubeconfigFileComment,
  renderKubeconfigSentReply,
  renderKubeconfigUnavailableReply,
  renderUnknownCluster,
} from './messages/index.ts';
import { getKubeconfigFileName } from './messages/kubeconfig-file.ts';
import { addMissingParts } from './messages/missing-parts.ts';
import { type CommandDeps, defineCommand, type ServiceDeps } from './routing/command.ts';

const maxHours = 720;

export const kubeconfig = defineCommand({
  name: 'kubeconfig',
  usage: 'NAME [--role ROLE] [--hours N]',
  summary: 'send you a personal kubeconfig by DM; it expires automatically',
  examples: ['/kthw kubeconfig demo', '/kthw kubeconfig demo --role view --hours 8'],
  positionals: ['name'],
  permission: ({ args }) => ({ kubeconfigRole: args.role }),
  buildArgsSchema: () =>
    z.strictObject({
      name: clusterNameSchema,
      role: KubeconfigRole.optional().describe(
        'view, edit, admin or cluster-admin; the policy defines who can get which',
      ),
      hours: z
        .string()
        .regex(/^[1-9]\d{0,3}$/, 'must be a whole number of hours')
        .transform(Number)
        .refine((hours) => hours <= maxHours, `at most ${maxHours}`)
        .default(24)
        .describe(`validity in hours, at most ${maxHours}`),
    }),
  run: async (
    { args, requester },
    { clusterService, policy }: ServiceDeps<KubeconfigService & DiagnosticsService> & Pick<CommandDeps, 'policy'>,
  ) => {
    const role = args.role ?? policy.defaultKubeconfigRole;
    const [issued, missingParts] = await Promise.all([
      clusterService.issueKubeconfig(args.name, { requester, role, hours: args.hours }),
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
      message: addMissingParts(renderKubeconfigSentReply(args.name, role), missingParts),
    };
  },
});
