import { z } from 'zod';

export const wholeNumberSchema = z
  .string()
  .regex(/^\d{1,4}$/, 'must be a whole number')
  .transform(Number);

export const workerCountSchema = wholeNumberSchema.refine((n) => n <= 20, 'at most 20');
