import type { Person } from '../../store/person.ts';

/** People as the configuration names them: one of them, or all of a user group. */
export type Principal = Person | { readonly group: string };

/** Who may do what, and where. */
export interface Policy {
  /** Ids of the channels where kthw listens. */
  readonly channels: 'all' | readonly string[];
  /** Who may make clusters and do anything with them. */
  readonly creators: 'everybody' | readonly Principal[];
  /** Who may answer a question about what is to be destroyed. */
  readonly approvers: 'creators' | readonly Principal[];
  /** The most machines that one run may take away. @default 10 for a scaling, any number for a rebuild that is approved */
  readonly maxDeletions?: number | undefined;
}

/** What somebody is about to do, as far as it matters here. */
export type Action =
  | { readonly kind: 'look' }
  | { readonly kind: 'create' }
  /** `of`: whose kubeconfigs. */
  | { readonly kind: 'revoke'; readonly owner: Person }
  /** `askedBy`: who asked for the run; `takesAway`: how many machines. */
  | {
      readonly kind: 'answer';
      readonly isApproval: boolean;
      readonly runRequester?: Person | undefined;
      readonly deletionCount: number;
    };

/** Who is in each user group. Absent: that could not be read. */
export type GroupMembers = ReadonlyMap<string, readonly Person[]>;

export type Denial =
  | { readonly reason: 'channel'; readonly allowedChannels: readonly string[] }
  | { readonly reason: 'not-a-creator'; readonly allowed: readonly Principal[] }
  | { readonly reason: 'not-an-approver'; readonly allowed: readonly Principal[] }
  | { readonly reason: 'not-yours'; readonly allowed: readonly Principal[] }
  | { readonly reason: 'own-request'; readonly allowed: readonly Principal[] }
  | { readonly reason: 'too-many'; readonly deletionCount: number; readonly limit: number }
  | { readonly reason: 'unreadable'; readonly group: string };

/** Everybody may do everything, anywhere. */
export const allowAllPolicy: Policy = { channels: 'all', creators: 'everybody', approvers: 'creators' };

const defaultScaleDownLimit = 10;

/** Why somebody may not do something; nothing: they may. Pure. */
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
      return creators === 'everybody' ? undefined : checkIsAllowed(creators, requester, members, 'not-a-creator');
    case 'revoke': {
      const allowed = getRevokers(policy);
      return isSamePerson(action.owner, requester) || allowed === 'everybody'
        ? undefined
        : checkIsAllowed(allowed, requester, members, 'not-yours');
    }
    case 'answer': {
      const allowed = getApprovers(policy);
      const isOwn = action.runRequester !== undefined && isSamePerson(action.runRequester, requester);
      // Who asked may always take it back.
      if (isOwn && !action.isApproval) return undefined;
      const denial =
        allowed === 'everybody' ? undefined : checkIsAllowed(allowed, requester, members, 'not-an-approver');
      if (denial || !action.isApproval) return denial;
      if (isOwn && allowed !== 'everybody')
        return checkOwnRequest(allowed, requester, members) ?? checkDeletionLimit(action.deletionCount, maxDeletions);
      return checkDeletionLimit(action.deletionCount, maxDeletions);
    }
    default:
      return action satisfies never;
  }
}

/** Why a scaling may not take so many machines away; nothing: it may. Pure. */
export function findScalingDenial({ maxDeletions }: Policy, deletionCount: number): Denial | undefined {
  return checkDeletionLimit(deletionCount, maxDeletions ?? defaultScaleDownLimit);
}

/** Who may answer a question: those named for it, else those who may create. */
export function getApprovers({ approvers, creators }: Policy): 'everybody' | readonly Principal[] {
  return approvers === 'creators' ? creators : approvers;
}

/** Who may end other people's kubeconfigs. */
function getRevokers(policy: Policy): 'everybody' | readonly Principal[] {
  const approvers = getApprovers(policy);
  return policy.creators === 'everybody' || approvers === 'everybody'
    ? 'everybody'
    : [...policy.creators, ...approvers];
}

/** The user groups that decide about a deed. */
export function listDecidingGroups(policy: Policy, { kind }: Action): readonly string[] {
  const principalsByAction = {
    look: undefined,
    create: policy.creators,
    revoke: getRevokers(policy),
    answer: getApprovers(policy),
  };
  const principals = principalsByAction[kind] ?? 'everybody';
  return principals === 'everybody' ? [] : principals.flatMap((one) => ('group' in one ? one.group : []));
}

function checkIsAllowed(
  allowed: readonly Principal[],
  requester: Person,
  members: GroupMembers,
  reason: 'not-a-creator' | 'not-an-approver' | 'not-yours',
): Denial | undefined {
  if (allowed.some((one) => resolvePrincipal(one, members)?.some((other) => isSamePerson(other, requester))))
    return undefined;
  return checkGroupsReadable(allowed, members) ?? { reason, allowed };
}

/** Nobody approves a request of their own once there is a second approver. Who can't be counted is taken for one. */
function checkOwnRequest(allowed: readonly Principal[], requester: Person, members: GroupMembers): Denial | undefined {
  const hasOtherApprover = allowed.some((one) =>
    resolvePrincipal(one, members)?.some((other) => !isSamePerson(other, requester)),
  );
  return hasOtherApprover ? { reason: 'own-request', allowed } : checkGroupsReadable(allowed, members);
}

function checkDeletionLimit(deletionCount: number, limit = Number.POSITIVE_INFINITY): Denial | undefined {
  return deletionCount > limit ? { reason: 'too-many', deletionCount, limit } : undefined;
}

function checkGroupsReadable(allowed: readonly Principal[], members: GroupMembers): Denial | undefined {
  const group = allowed.find((one) => 'group' in one && !members.has(one.group));
  return group && 'group' in group ? { reason: 'unreadable', group: group.group } : undefined;
}

function resolvePrincipal(principal: Principal, members: GroupMembers): readonly Person[] | undefined {
  return 'group' in principal ? members.get(principal.group) : [principal];
}

/** Both: a user id alone is somebody else's in another team. */
function isSamePerson(a: Person, b: Person): boolean {
  return a.team === b.team && a.user === b.user;
}
