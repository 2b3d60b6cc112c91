import { KubeconfigRole } from '../../store/kubeconfig-role.ts';
import type { Person } from '../../store/person.ts';
import { type GroupMembers, isListed } from './group-members.ts';
import { getApprovers, type Policy, type Principal } from './policy.ts';

/** Returns who can request kubeconfigs with a role. Empty: no one, as for a role that the policy does not name. */
export function getRoleHolders(policy: Policy, role: KubeconfigRole): 'everybody' | readonly Principal[] {
  const holders = policy.kubeconfigRoles[role] ?? [];
  if (holders === 'creators') return policy.creators;
  return holders === 'approvers' ? getApprovers(policy) : holders;
}

/** Lists the roles that a person can request, from the least to the most rights. */
export function listRequestableRoles(
  policy: Policy,
  requester: Person,
  members: GroupMembers,
): readonly KubeconfigRole[] {
  return KubeconfigRole.options.filter((role) => {
    const holders = getRoleHolders(policy, role);
    return holders === 'everybody' || isListed(holders, requester, members);
  });
}
