import { z } from 'zod';

/** Slack user by ids, because names can be reassigned. */
export const Person = z.object({ team: z.string(), user: z.string() });
export type Person = z.infer<typeof Person>;
