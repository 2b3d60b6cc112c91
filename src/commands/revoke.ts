import { z } from 'zod';
import type { Person } from '../store/person.ts';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { renderRevocation } from './messages/revocation.ts';
import type { CommandDeps, CommandReply, CommandRequest } from './routing/command.ts';
import { defineButton, defineCommand } from './routing/define-command.ts';

/** A user as Slack's clients send a mention in a command, or the bare id. */
const mentionPattern = /^(?:<@([A-Z0-9]{2,50})(?:\|[^>]*)?>|@?([UW][A-Z0-9]{2,50}))$/;
const grantIdSchema = z.string().regex(/^[0-9a-f]{12}$/, 'is no kubeconfig’s number; `/kthw audit NAME` shows them');

/** Beside each kubeconfig in the audit trail. */
export const revokeButton = defineButton({
  id: 'revoke.confirm',
  value: z.strictObject({ cluster: clusterNameSchema, team: z.string(), user: z.string(), grant: grantIdSchema }),
  getPermission: ({ team, user }) => ({ kubeconfigOwner: { team, user } }),
  handler: {
    onClick: ({ args: { cluster, team, user, grant }, requester }, deps) =>
      revokeKubeconfigs({ name: cluster, owner: { team, user }, grantId: grant }, requester, deps),
  },
});

export const revoke = defineCommand({
  name: 'revoke',
  usage: 'NAME [@PERSON]',
  help: 'ends your kubeconfigs at once, or those of somebody else, though their certificates are still valid',
  examples: ['/kthw revoke demo', '/kthw revoke demo --only 3f9a12bc45de'],
  positionals: ['name', 'person'],
  getPermission: ({ args, requester }) => ({ kubeconfigOwner: resolveOwner(args.person, requester) }),
  buildArgsSchema: () =>
    z.strictObject({
      name: clusterNameSchema,
      person: z
        .string()
        .regex(mentionPattern, 'is nobody that Slack knows; type @ and choose a name from its list')
        .optional()
        .describe('whose; without: your own'),
      only: grantIdSchema.optional().describe('only this one, by its number in `/kthw audit NAME`'),
    }),
  run: ({ args: { name, person, only }, requester }, deps) =>
    revokeKubeconfigs({ name, owner: resolveOwner(person, requester), grantId: only }, requester, deps),
  buttons: [revokeButton],
});

/** Somebody of another team has a button in the audit trail: a mention does not say whose it is. */
function resolveOwner(person: string | undefined, requester: Person): Person {
  const [, linked, bare] = person?.match(mentionPattern) ?? [];
  const user = linked ?? bare;
  return user === undefined ? requester : { team: requester.team, user };
}

async function revokeKubeconfigs(
  {
    name,
    owner: grantee,
    grantId,
  }: { readonly name: string; readonly owner: Person; readonly grantId: string | undefined },
  requester: CommandRequest<unknown>['requester'],
  { clusterService }: CommandDeps,
): Promise<CommandReply> {
  return {
    message: renderRevocation(
      name,
      grantee,
      await clusterService.revokeKubeconfigs(name, { grantee, requester, grantId }),
    ),
  };
}
