import type { BudgetProblem } from '../../engine/service/budgets/budgets.ts';
import { KubeconfigRole } from '../../store/kubeconfig-role.ts';
import { isSamePerson, type Person } from '../../store/person.ts';
import { findUnreadableGroup, type GroupMembers, isListed, resolvePrincipal } from './group-members.ts';
import { getRoleHolders, listRequestableRoles } from './list-requestable-roles.ts';
import { getApprovers, type Policy, type Principal } from './policy.ts';

/** A request, reduced to the facts that the policy depends on. */
export type Action =
  | { readonly kind: 'look' }
  | { readonly kind: 'create' }
  /** Issue a kubeconfig to the requester. */
  | { readonly kind: 'kubeconfig'; readonly role: KubeconfigRole }
  /** Revoke the kubeconfigs of `owner`. */
  | { readonly kind: 'revoke'; readonly owner: Person }
  /** Approve or reject a run that deletes `deletionCount` instances. */
  | {
      readonly kind: 'answer';
      readonly isApproval: boolean;
      /** Who requested or resumed the run. */
      readonly runRequesters: readonly Person[];
      readonly deletionCount: number;
    };

export type Denial =
  | { readonly reason: 'foreign-team' }
  | { readonly reason: 'channel'; readonly allowedChannels: readonly string[] }
  /** The cluster can be used only in its home channel. */
  | { readonly reason: 'home-channel'; readonly homeChannel: string }
  | { readonly reason: 'guest' }
  | { readonly reason: 'shared-channel'; readonly allowedChannels: readonly string[] }
  /** Slack did not say whether the person is a guest, or the channel is shared. */
  | { readonly reason: 'unknown-audience'; readonly subject: 'person' | 'channel' }
  | { readonly reason: 'not-a-creator'; readonly allowed: readonly Principal[] }
  | { readonly reason: 'not-an-approver'; readonly allowed: readonly Principal[] }
  | {
      readonly reason: 'role';
      readonly role: KubeconfigRole;
      readonly allowed: readonly Principal[];
      /** Roles that the requester can request. */
      readonly requestableRoles: readonly KubeconfigRole[];
    }
  | { readonly reason: 'not-yours'; readonly allowed: readonly Principal[] }
  | { readonly reason: 'own-request'; readonly allowed: readonly Principal[] }
  | { readonly reason: 'budget'; readonly problem: BudgetProblem }
  | { readonly reason: 'too-many'; readonly deletionCount: number; readonly limit: number }
  | { readonly reason: 'unreadable'; readonly group: string };

const defaultScaleDownLimit = 10;

/** Returns why the policy denies an action, or undefined. */
export function findDenial(
  policy: Policy,
  requester: Person,
  channel: string,
  action: Action,
  members: GroupMembers,
): Denial | undefined {
  const { channels, creators, maxDeletions } = policy;
  if (channels !== 'all' && !channels.includes(channel)) return { reason: 'channel', allowedChannels: channels };
  switch (action.kind) {
    case 'look':
      return undefined;
    case 'create':
      return checkIsAllowed(creators, requester, members, 'not-a-creator');
    case 'kubeconfig':
      return findRoleDenial(policy, requester, action.role, members);
    case 'revoke':
      return isSamePerson(action.owner, requester)
        ? undefined
        : checkIsAllowed(getRevokers(policy), requester, members, 'not-yours');
    case 'answer': {
      const allowed = getApprovers(policy);
      const { runRequesters } = action;
      const isOwn = runRequesters.some((one) => isSamePerson(one, requester));
      // Requesters can always reject their own request.
      if (isOwn && !action.isApproval) return undefined;
      const denial = checkIsAllowed(allowed, requester, members, 'not-an-approver');
      if (denial || !action.isApproval) return denial;
      const ownRequestDenial = isOwn ? checkOwnRequest(allowed, runRequesters, members) : undefined;
      return ownRequestDenial ?? checkDeletionLimit(action.deletionCount, maxDeletions);
    }
    default:
      return action satisfies never;
  }
}

/** Returns why a scaling can't delete this many instances, or undefined. */
export function findScalingDenial({ maxDeletions }: Policy, deletionCount: number): Denial | undefined {
  return checkDeletionLimit(deletionCount, maxDeletions ?? defaultScaleDownLimit);
}

function findRoleDenial(
  policy: Policy,
  requester: Person,
  role: KubeconfigRole,
  members: GroupMembers,
): Denial | undefined {
  const requestableRoles = listRequestableRoles(policy, requester, members);
  const allowed = getRoleHolders(policy, role);
  if (allowed === 'everybody' || requestableRoles.includes(role)) return undefined;
  return findUnreadableGroup(allowed, members) ?? { reason: 'role', role, allowed, requestableRoles };
}

/** Returns who can revoke the kubeconfigs of others. */
function getRevokers({ creators, approvers }: Policy): 'everybody' | readonly Principal[] {
  if (creators === 'everybody' || approvers === 'creators') return creators;
  return [...creators, ...approvers];
}

/** Lists the user groups whose members decide about an action. @param isGuest undefined: Slack did not answer */
export function listDecidingGroups(policy: Policy, { kind }: Action, isGuest: boolean | undefined): readonly string[] {
  const principalsByAction = {
    look: undefined,
    create: policy.creators,
    // A denial names the roles that the requester can request.
    kubeconfig: KubeconfigRole.options.flatMap((role) => {
      const holders = getRoleHolders(policy, role);
      return holders === 'everybody' ? [] : holders;
    }),
    revoke: getRevokers(policy),
    answer: getApprovers(policy),
  };
  const principals = principalsByAction[kind] ?? 'everybody';
  const deciding = [
    ...(principals === 'everybody' ? [] : principals),
    ...(isGuest === false ? [] : (policy.guests ?? [])),
  ];
  return [...new Set(deciding.flatMap((one) => ('group' in one ? one.group : [])))];
}

function checkIsAllowed(
  allowed: 'everybody' | readonly Principal[],
  requester: Person,
  members: GroupMembers,
  reason: 'not-a-creator' | 'not-an-approver' | 'not-yours',
): Denial | undefined {
  if (allowed === 'everybody') return undefined;
  if (isListed(allowed, requester, members)) return undefined;
  return findUnreadableGroup(allowed, members) ?? { reason, allowed };
}

/**
 * Nobody who requested or resumed a run can approve it if another approver exists. An unreadable group may contain one.
 */
function checkOwnRequest(
  allowed: 'everybody' | readonly Principal[],
  runRequesters: readonly Person[],
  members: GroupMembers,
): Denial | undefined {
  if (allowed === 'everybody') return undefined;
  const hasOtherApprover = allowed.some((one) =>
    resolvePrincipal(one, members)?.some((other) => !runRequesters.some((each) => isSamePerson(each, other))),
  );
  return hasOtherApprover ? { reason: 'own-request', allowed } : findUnreadableGroup(allowed, members);
}

function checkDeletionLimit(deletionCount: number, limit = Number.POSITIVE_INFINITY): Denial | undefined {
  return deletionCount > limit ? { reason: 'too-many', deletionCount, limit } : undefined;
}
