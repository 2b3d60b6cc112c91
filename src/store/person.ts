import { z } from 'zod';

/** Slack user by ids, because names can be reassigned. */
export const Person = z.object({ team: z.string(), user: z.string() });
export type Person = z.infer<typeof Person>;

/** User ids are unique only within a team. */
export function isSamePerson(a: Person, b: Person): boolean {
  return a.team === b.team && a.user === b.user;
}
