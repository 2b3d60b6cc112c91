import { z } from 'zod';

/** Field of an existing resource that differs from the desired value. Never contains a secret. */
export const Difference = z.object({ field: z.string(), desired: z.string(), actual: z.string() });
export type Difference = z.infer<typeof Difference>;

/** Error as shown to users. `remedy` applies once the run has given up. `detail` is the reason given by the API. */
export const StepError = z.object({
  code: z.string(),
  kind: z.enum(['transient', 'conflict', 'denied', 'invalid', 'cancelled', 'deferred', 'bug']),
  message: z.string(),
  remedy: z.string(),
  detail: z.string().optional(),
});
export type StepError = z.infer<typeof StepError>;
