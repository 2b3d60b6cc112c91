import type { Person } from '../../store/events.ts';

/** People as the configuration names them: one of them, or all of a user group. */
export type Named = Person | { readonly group: string };

/** Who may do what, and where. */
export interface Policy {
  /** Ids of the channels where kthw listens. */
  readonly channels: 'all' | readonly string[];
  /** Who may make clusters and do anything with them. */
  readonly creators: 'everybody' | readonly Named[];
  /** Who may answer a question about what is to be destroyed. */
  readonly approvers: 'creators' | readonly Named[];
  /** The most machines that one run may take away. @default 10 for a scaling, any number for a rebuild that is approved */
  readonly maxDeletions?: number | undefined;
}

/** What somebody is about to do, as far as it matters here. */
export type Deed =
  | { readonly does: 'look' }
  | { readonly does: 'create' }
  /** `of`: whose kubeconfigs. */
  | { readonly does: 'revoke'; readonly of: Person }
  /** `askedBy`: who asked for the run; `takesAway`: how many machines. */
  | {
      readonly does: 'answer';
      readonly yes: boolean;
      readonly askedBy?: Person | undefined;
      readonly takesAway: number;
    };

/** Who is in each user group. Absent: that could not be read. */
export type Members = ReadonlyMap<string, readonly Person[]>;

export type Refusal =
  | { readonly why: 'channel'; readonly listens: readonly string[] }
  | { readonly why: 'not-a-creator'; readonly may: readonly Named[] }
  | { readonly why: 'not-an-approver'; readonly may: readonly Named[] }
  | { readonly why: 'not-yours'; readonly may: readonly Named[] }
  | { readonly why: 'own-request'; readonly may: readonly Named[] }
  | { readonly why: 'too-many'; readonly takesAway: number; readonly most: number }
  | { readonly why: 'unreadable'; readonly group: string };

/** Everybody may do everything, anywhere. */
export const everybody: Policy = { channels: 'all', creators: 'everybody', approvers: 'creators' };

const mostMachinesScaledAway = 10;

/** Why somebody may not do something; nothing: they may. Pure. */
export function refusalOf(
  policy: Policy,
  by: Person,
  channel: string,
  deed: Deed,
  members: Members,
): Refusal | undefined {
  const { channels, creators, maxDeletions } = policy;
  if (channels !== 'all' && !channels.includes(channel)) return { why: 'channel', listens: channels };
  switch (deed.does) {
    case 'look':
      return undefined;
    case 'create':
      return creators === 'everybody' ? undefined : notAmong(creators, by, members, 'not-a-creator');
    case 'revoke': {
      const may = revokersOf(policy);
      return isSame(deed.of, by) || may === 'everybody' ? undefined : notAmong(may, by, members, 'not-yours');
    }
    case 'answer': {
      const may = approversOf(policy);
      const isOwn = deed.askedBy !== undefined && isSame(deed.askedBy, by);
      // Who asked may always take it back.
      if (isOwn && !deed.yes) return undefined;
      const refused = may === 'everybody' ? undefined : notAmong(may, by, members, 'not-an-approver');
      if (refused || !deed.yes) return refused;
      if (isOwn && may !== 'everybody') return ownRequest(may, by, members) ?? tooMany(deed.takesAway, maxDeletions);
      return tooMany(deed.takesAway, maxDeletions);
    }
    default:
      return deed satisfies never;
  }
}

/** Why a scaling may not take so many machines away; nothing: it may. Pure. */
export function scalingRefusal({ maxDeletions }: Policy, takesAway: number): Refusal | undefined {
  return tooMany(takesAway, maxDeletions ?? mostMachinesScaledAway);
}

/** Who may answer a question: those named for it, else those who may create. */
export function approversOf({ approvers, creators }: Policy): 'everybody' | readonly Named[] {
  return approvers === 'creators' ? creators : approvers;
}

/** Who may end other people's kubeconfigs. */
function revokersOf(policy: Policy): 'everybody' | readonly Named[] {
  const approvers = approversOf(policy);
  return policy.creators === 'everybody' || approvers === 'everybody'
    ? 'everybody'
    : [...policy.creators, ...approvers];
}

/** The user groups that decide about a deed. */
export function groupsOf(policy: Policy, { does }: Deed): readonly string[] {
  const deciding = {
    look: undefined,
    create: policy.creators,
    revoke: revokersOf(policy),
    answer: approversOf(policy),
  };
  const may = deciding[does] ?? 'everybody';
  return may === 'everybody' ? [] : may.flatMap((one) => ('group' in one ? one.group : []));
}

function notAmong(
  may: readonly Named[],
  by: Person,
  members: Members,
  why: 'not-a-creator' | 'not-an-approver' | 'not-yours',
): Refusal | undefined {
  if (may.some((one) => peopleOf(one, members)?.some((other) => isSame(other, by)))) return undefined;
  return unreadable(may, members) ?? { why, may };
}

/** Nobody approves a request of their own once there is a second approver. Who can't be counted is taken for one. */
function ownRequest(may: readonly Named[], by: Person, members: Members): Refusal | undefined {
  const others = may.some((one) => peopleOf(one, members)?.some((other) => !isSame(other, by)));
  return others ? { why: 'own-request', may } : unreadable(may, members);
}

function tooMany(takesAway: number, most = Number.POSITIVE_INFINITY): Refusal | undefined {
  return takesAway > most ? { why: 'too-many', takesAway, most } : undefined;
}

function unreadable(may: readonly Named[], members: Members): Refusal | undefined {
  const group = may.find((one) => 'group' in one && !members.has(one.group));
  return group && 'group' in group ? { why: 'unreadable', group: group.group } : undefined;
}

function peopleOf(one: Named, members: Members): readonly Person[] | undefined {
  return 'group' in one ? members.get(one.group) : [one];
}

/** Both: a user id alone is somebody else's in another team. */
function isSame(a: Person, b: Person): boolean {
  return a.team === b.team && a.user === b.user;
}
