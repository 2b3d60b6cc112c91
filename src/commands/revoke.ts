import { z } from 'zod';
import type { DiagnosticsService } from '../engine/service/cluster-service.ts';
import type { KubeconfigService } from '../engine/service/kubeconfigs/kubeconfig-service.ts';
import type { Person } from '../store/person.ts';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { renderRevocation } from './messages/index.ts';
import { addMissingParts } from './messages/missing-parts.ts';
import { type CommandReply, defineButton, defineCommand, type ServiceDeps } from './routing/command.ts';

/** A mention as Slack's clients send it in a command, or a bare user id. */
const mentionPattern = /^(?:<@([A-Z0-9]{2,50})(?:\|[^>]*)?>|@?([UW][A-Z0-9]{2,50}))$/;
const grantIdSchema = z
  .string()
  .regex(/^[0-9a-f]{12}$/, 'is not a kubeconfig id; `/kthw audit` lists the ids of a cluster');

/** Shown next to each active kubeconfig in the audit log. */
export const revokeButton = defineButton({
  id: 'revoke.confirm',
  value: z.strictObject({ cluster: clusterNameSchema, team: z.string(), user: z.string(), grant: grantIdSchema }),
  getPermission: ({ team, user }) => ({ kubeconfigOwner: { team, user } }),
  handler: {
    onClick: ({ args: { cluster, team, user, grant }, requester }, deps) =>
      revokeKubeconfigs(cluster, { grantee: { team, user }, grantId: grant, requester }, deps),
  },
});

export const revoke = defineCommand({
  name: 'revoke',
  usage: 'NAME [@USER] [--only ID]',
  summary: 'revoke your kubeconfigs or those of another user, before they expire',
  examples: ['/kthw revoke demo', '/kthw revoke demo --only 3f9a12bc45de'],
  positionals: ['name', 'user'],
  permission: ({ args, requester }) => ({ kubeconfigOwner: resolveOwner(args.user, requester) }),
  buildArgsSchema: () =>
    z.strictObject({
      name: clusterNameSchema,
      user: z
        .string()
        .regex(mentionPattern, 'is not a Slack user; type @ and choose one from the list')
        .optional()
        .describe('owner of the kubeconfigs (you)'),
      only: grantIdSchema.optional().describe('id of one kubeconfig, from `/kthw audit`'),
    }),
  run: ({ args: { name, user, only }, requester }, deps) =>
    revokeKubeconfigs(name, { grantee: resolveOwner(user, requester), grantId: only, requester }, deps),
  interactions: { buttons: [revokeButton] },
});

/** A mention carries no team id. For users of another team, the audit log has buttons. */
function resolveOwner(mention: string | undefined, requester: Person): Person {
  const [, linked, bare] = mention?.match(mentionPattern) ?? [];
  const user = linked ?? bare;
  return user === undefined ? requester : { team: requester.team, user };
}

async function revokeKubeconfigs(
  name: string,
  request: { readonly grantee: Person; readonly grantId: string | undefined; readonly requester: Person },
  { clusterService }: ServiceDeps<KubeconfigService & DiagnosticsService>,
): Promise<CommandReply> {
  const revocation = await clusterService.revokeKubeconfigs(name, request);
  const isEnforced = 'notFound' in revocation || revocation.isEnforced;
  const missingParts = isEnforced ? [] : await clusterService.listMissingParts(name);
  return { message: addMissingParts(renderRevocation(name, request.grantee, revocation), missingParts) };
}
