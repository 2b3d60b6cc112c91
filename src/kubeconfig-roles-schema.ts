import { z } from 'zod';
import type { KubeconfigRolePolicy } from './commands/authorization/policy.ts';
import { principalsSchema } from './principals-schema.ts';
import { KubeconfigRole } from './store/kubeconfig-role.ts';

const WhoSchema = z.union([
  z.literal('everyone').transform(() => 'everybody' as const),
  z.literal(['creators', 'approvers']),
  principalsSchema,
]);

/** `ROLE=WHO` entries, separated by semicolons, such as `view=everyone;admin=creators`. Each role occurs at most once. */
export const kubeconfigRolesSchema = z.string().transform((text, context): KubeconfigRolePolicy => {
  const entries = text.split(';').map((entry) => {
    const [, role, who] = /^\s*([a-z-]+)=(.+?)\s*$/.exec(entry) ?? [];
    return [KubeconfigRole.safeParse(role).data, WhoSchema.safeParse(who).data] as const;
  });
  const roles = new Map(entries.flatMap(([role, who]) => (role && who ? [[role, who]] : [])));
  if (roles.size === entries.length) return Object.fromEntries(roles);
  context.addIssue({
    code: 'custom',
    message:
      'must be ROLE=WHO entries separated by semicolons, such as view=everyone;admin=creators, with each role once: view, edit, admin or cluster-admin for everyone, creators, approvers, or a comma-separated list of users (TEAM:USER) and user groups',
  });
  return z.NEVER;
});
