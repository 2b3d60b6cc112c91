import { z } from 'zod';

/** A whole number as typed. */
export const wholeNumberSchema = z
  .string()
  .regex(/^\d{1,4}$/, 'must be a whole number')
  .transform(Number);

/** Worker nodes of a cluster. */
export const workerCountSchema = wholeNumberSchema.refine((n) => n <= 20, 'at most 20');
