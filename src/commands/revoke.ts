import { z } from 'zod';
import type { Person } from '../store/events.ts';
import { clusterName } from './arguments/cluster-name-schema.ts';
import { revoked } from './messages/revocation.ts';
import type { Asked, Reply, Tools } from './routing/command.ts';
import { defineButton, defineCommand } from './routing/define-command.ts';

/** A user as Slack's clients send a mention in a command, or the bare id. */
const mention = /^(?:<@([A-Z0-9]{2,50})(?:\|[^>]*)?>|@?([UW][A-Z0-9]{2,50}))$/;
const grant = z.string().regex(/^[0-9a-f]{12}$/, 'is no kubeconfig’s number; `/kthw audit NAME` shows them');

/** Beside each kubeconfig in the audit trail. */
export const revokeYes = defineButton({
  id: 'revoke.yes',
  value: z.strictObject({ cluster: clusterName, team: z.string(), user: z.string(), grant }),
  needs: ({ team, user }) => ({ revokes: { team, user } }),
  does: {
    press: ({ args: { cluster, team, user, grant }, by }, tools) =>
      endThem({ name: cluster, of: { team, user }, grant }, by, tools),
  },
});

export const revoke = defineCommand({
  name: 'revoke',
  usage: 'NAME [@PERSON]',
  help: 'ends your kubeconfigs at once, or those of somebody else, though their certificates are still valid',
  examples: ['/kthw revoke demo', '/kthw revoke demo --only 3f9a12bc45de'],
  places: ['name', 'person'],
  needsOf: ({ args, by }) => ({ revokes: ofWhom(args.person, by) }),
  args: () =>
    z.strictObject({
      name: clusterName,
      person: z
        .string()
        .regex(mention, 'is nobody that Slack knows; type @ and choose a name from its list')
        .optional()
        .describe('whose; without: your own'),
      only: grant.optional().describe('only this one, by its number in `/kthw audit NAME`'),
    }),
  run: ({ args: { name, person, only }, by }, tools) =>
    endThem({ name, of: ofWhom(person, by), grant: only }, by, tools),
  buttons: [revokeYes],
});

/** Somebody of another team has a button in the audit trail: a mention does not say whose it is. */
function ofWhom(person: string | undefined, by: Person): Person {
  const [, linked, bare] = person?.match(mention) ?? [];
  const user = linked ?? bare;
  return user === undefined ? by : { team: by.team, user };
}

async function endThem(
  { name, of, grant }: { readonly name: string; readonly of: Person; readonly grant: string | undefined },
  by: Asked<unknown>['by'],
  { desk }: Tools,
): Promise<Reply> {
  return { shown: revoked(name, of, await desk.revoke(name, { of, by, grant })) };
}
