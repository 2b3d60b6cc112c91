import { z } from 'zod';

/** Users (`TEAM:USER`) and user groups. On Enterprise Grid, the team is the organization. */
export const principalsSchema = createListSchema(
  /^([TE][A-Z0-9]+:[UW][A-Z0-9]+|S[A-Z0-9]+)$/,
  'must be a comma-separated list of users (TEAM:USER, such as T012AB3CD:U345CD6EF) or user groups (such as S678EF9GH)',
).transform((all) =>
  all.map((one) => {
    const [team = '', user] = one.split(':');
    return user === undefined ? { group: team } : { team, user };
  }),
);

/** A comma-separated list. Rejects an empty list, which would otherwise mean no restriction. */
export function createListSchema(entry: RegExp, error: string) {
  return z
    .string()
    .transform((text) => text.split(',').map((one) => one.trim()))
    .refine((all) => all.every((one) => entry.test(one)), { error });
}
