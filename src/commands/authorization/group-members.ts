import { isSamePerson, type Person } from '../../store/person.ts';
import type { Principal } from './policy.ts';

/** Members by user group. A missing group could not be read. */
export type GroupMembers = ReadonlyMap<string, readonly Person[]>;

/** Returns the denial for the first group that could not be read, or undefined. */
export function findUnreadableGroup(
  allowed: readonly Principal[],
  members: GroupMembers,
): { readonly reason: 'unreadable'; readonly group: string } | undefined {
  const group = allowed.find((one) => 'group' in one && !members.has(one.group));
  return group && 'group' in group ? { reason: 'unreadable', group: group.group } : undefined;
}

export function isListed(principals: readonly Principal[], person: Person, members: GroupMembers): boolean {
  return principals.some((one) => resolvePrincipal(one, members)?.some((other) => isSamePerson(other, person)));
}

/** Returns the people of a principal; undefined for a group that could not be read. */
export function resolvePrincipal(principal: Principal, members: GroupMembers): readonly Person[] | undefined {
  return 'group' in principal ? members.get(principal.group) : [principal];
}
